namespace Sluice.Core.Storage;

/// <summary>An object store does not answer, or says that it cannot for now. What it was asked for may be good.</summary>
public sealed class StoreAwayException(string message, Exception? inner = null) : IOException(message, inner);
