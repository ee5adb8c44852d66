namespace Sluice.Catalog.Hls;

/// <summary>What was uploaded cannot be transcoded, however often it is tried; the message says why, for whoever uploaded it.</summary>
internal sealed class UnusableSourceException(string message, Exception? inner = null) : Exception(message, inner);
