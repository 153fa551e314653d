"""How the built-in models were made; never needed to use them."""
