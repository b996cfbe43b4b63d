"""One module per thing that a user asks for. Use cases know domain and ports, never an adapter."""
