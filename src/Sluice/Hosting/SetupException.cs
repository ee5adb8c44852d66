namespace Sluice.Hosting;

/// <summary>What was configured cannot be set up. The message is one line that says what to do.</summary>
internal sealed class SetupException(string message, Exception inner) : IOException(message, inner);
