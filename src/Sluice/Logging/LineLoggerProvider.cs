using Sluice.Configuration;

namespace Sluice.Logging;

/// <summary>Log lines to a stream, normally standard error.</summary>
internal sealed class LineLoggerProvider(LineWriter writer, LoggingSection options, TimeProvider time) : ILoggerProvider, ISupportExternalScope
{
    /// <summary>Where lines go.</summary>
    public LineWriter Writer => writer;

    /// <summary>The clock of the time stamps.</summary>
    public TimeProvider Time => time;

    /// <summary>JSON rather than text.</summary>
    public bool Json => options.Format == "json";

    /// <summary>True when stack traces are wanted.</summary>
    public bool Detailed => options.Level == "debug";

    /// <summary>The scopes of the current flow of control.</summary>
    public IExternalScopeProvider Scopes { get; private set; } = new LoggerExternalScopeProvider();

    /// <summary>A factory that writes the lines asked for. The framework's own lines show from warnings up, unless debugging.</summary>
    public static LoggerFactory CreateFactory(LineWriter writer, LoggingSection options, TimeProvider time)
    {
        var level = options.Level switch { "debug" => LogLevel.Debug, "info" => LogLevel.Information, "warn" => LogLevel.Warning, "error" => LogLevel.Error, _ => LogLevel.None };
        var filter = new LoggerFilterOptions { MinLevel = level };
        if (level is LogLevel.Information)
            filter.Rules.Add(new LoggerFilterRule(null, "Microsoft", LogLevel.Warning, null));
        // It would open a scope on every request, hits included; ours is opened where something may be logged.
        filter.Rules.Add(new LoggerFilterRule(null, "Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None, null));
        // The command says it, in one line and with what to do.
        filter.Rules.Add(new LoggerFilterRule(null, "Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None, null));
        return new LoggerFactory([new LineLoggerProvider(writer, options, time)], filter);
    }

    public ILogger CreateLogger(string categoryName) => new LineLogger(categoryName, this);

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => Scopes = scopeProvider;

    /// <summary>The id of the request being served (row DBG-07); null outside of one.</summary>
    public string? RequestId()
    {
        string? id = null;
        Scopes.ForEachScope((scope, _) => id = scope is RequestScope request ? request.RequestId : id, 0);
        return id;
    }

    public void Dispose()
    {
    }
}
