mod copies;
mod numbers;
mod system;
