"""From a folder to a model: files, configuration, weights and tokenizer, each of them checked."""
