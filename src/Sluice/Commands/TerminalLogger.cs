namespace Sluice.Commands;

/// <summary>Log lines of a library as lines of a command: one each, on standard error.</summary>
internal sealed class TerminalLogger<T>(Terminal terminal, LogLevel least) : ILogger<T>
{
    private readonly Lock _gate = new();

    public bool IsEnabled(LogLevel logLevel) => logLevel >= least && logLevel != LogLevel.None;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
            return;
        var detail = exception is null ? "" : $" ({exception.GetType().Name}: {exception.Message})";
        lock (_gate)
            terminal.Complain($"{(logLevel >= LogLevel.Warning ? "warning: " : "")}{formatter(state, exception)}{detail}");
    }
}
