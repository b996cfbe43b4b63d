"""The one place that knows concrete classes: settings, the registry, and what is put together from them."""
