"""Where the path is sampled: fixed rules, and points that follow the integrand."""
