namespace Sluice.Commands;

/// <summary>The API gave no answer, or refused. The message is one line that says what to do.</summary>
internal sealed class ApiException(int exitCode, string message, Exception? inner = null) : IOException(message, inner)
{
    /// <summary>The exit code that goes with it.</summary>
    public int ExitCode { get; } = exitCode;
}
