"""The process that looks at results before anybody sees them."""
