using System.Text;
using System.Text.Json;

namespace Sluice.Logging;

/// <summary>Formats one log entry as one line: text for people, JSON for machines.</summary>
internal sealed class LineLogger(string category, LineLoggerProvider provider) : ILogger
{
    public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => provider.Scopes.Push(state);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var message = formatter(state, exception);
        var request = provider.RequestId();
        var time = provider.Time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'");
        provider.Writer.Write(provider.Json
            ? JsonLine(time, logLevel, eventId, message, request, state, exception)
            : TextLine(time, logLevel, message, request, exception));
    }

    private string TextLine(string time, LogLevel level, string message, string? request, Exception? exception)
    {
        var line = new StringBuilder().Append(time).Append(' ').Append(Name(level).PadRight(5)).Append(' ').Append(category).Append(": ");
        AppendFlat(line, message);
        if (request is not null)
            line.Append(" request=").Append(request);
        for (var e = exception; e is not null; e = e.InnerException)
            AppendFlat(line.Append(" | ").Append(e.GetType().Name).Append(": "), e.Message);
        if (exception?.StackTrace is { } stack && (provider.Detailed || level >= LogLevel.Critical))
            AppendFlat(line.Append(" |"), stack);
        return line.ToString();
    }

    // Whatever a message holds, it stays one line: nobody can forge a second one.
    private static void AppendFlat(StringBuilder line, string text)
    {
        foreach (var c in text)
            line.Append(char.IsControl(c) ? ' ' : c);
    }

    private string JsonLine(string time, LogLevel level, EventId eventId, string message, string? request, object? state, Exception? exception)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("time", time);
            json.WriteString("level", Name(level));
            json.WriteString("category", category);
            if (eventId.Name is { } name)
                json.WriteString("event", name);
            json.WriteString("message", message);
            if (request is not null)
                json.WriteString("requestId", request);
            if (state is IReadOnlyList<KeyValuePair<string, object?>> { Count: > 1 } values)
            {
                json.WriteStartObject("data");
                foreach (var (key, value) in values)
                    if (key != "{OriginalFormat}")
                        json.WriteString(char.ToLowerInvariant(key[0]) + key[1..], value?.ToString());
                json.WriteEndObject();
            }
            if (exception is not null)
                json.WriteString("exception", exception.ToString());
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static string Name(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        _ => "error",
    };
}
