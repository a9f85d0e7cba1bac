"""The studio: what people see. TypeScript in `src/`, and `built/`, made of it by `make studio`."""
