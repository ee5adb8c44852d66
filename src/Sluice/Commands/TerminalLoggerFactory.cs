using Microsoft.Extensions.Logging;

namespace Sluice.Commands;

/// <summary>Loggers of libraries that make their own, as lines of a command.</summary>
internal sealed class TerminalLoggerFactory(Terminal terminal, LogLevel least) : ILoggerFactory
{
    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new TerminalLogger<object>(terminal, least);

    /// <inheritdoc/>
    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    /// <inheritdoc/>
    public void Dispose()
    {
        // Nothing is held.
    }
}
