mod copies;
mod system;
