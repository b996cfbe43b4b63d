"""Songs for recordings of a sample: made-up music in tagged files, to try identification on."""
