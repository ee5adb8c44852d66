namespace Sluice.Commands;

/// <summary>Loggers of libraries that make their own, as lines of a command.</summary>
internal sealed class TerminalLoggerFactory(Terminal terminal, LogLevel least) : ILoggerFactory
{
    public ILogger CreateLogger(string categoryName) => new TerminalLogger<object>(terminal, least);

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public void Dispose()
    {
        // Nothing is held.
    }
}
