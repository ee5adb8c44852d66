using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Sluice.Configuration;

namespace Sluice.Logging;

/// <summary>A line for each request on the edge, and for the catalog's (row U096). Off unless asked for, since it costs more than a hit does.</summary>
internal sealed class AccessLog : IAsyncDisposable
{
    private readonly LineWriter _writer;
    private readonly bool _json;
    private readonly TimeProvider _time;

    /// <summary>Logs to a stream.</summary>
    public AccessLog(Stream stream, bool json, TimeProvider time) => (_writer, _json, _time) = (new LineWriter(stream), json, time);

    /// <summary>Opens the log that the settings ask for; null for none.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static AccessLog? Open(LoggingSection options, TimeProvider time)
    {
        if (options.AccessLog is null)
            return null;
        try
        {
            var stream = options.AccessLog == "stdout"
                ? Console.OpenStandardOutput()
                : new FileStream(options.AccessLog, new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0 });
            return new AccessLog(stream, options.Format == "json", time);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException($"the access log {options.AccessLog} may not be written: choose another file with --access-log, or stdout", e);
        }
        catch (IOException e)
        {
            throw new IOException($"the access log {options.AccessLog} cannot be written ({e.Message}): choose another file with --access-log, or stdout", e);
        }
    }

    /// <summary>Serves a request by <paramref name="next"/> and writes its line; <paramref name="tier"/> is the one that holds what it asks for.</summary>
    public async Task ServeAsync(HttpContext context, RequestDelegate next, string? tier)
    {
        var entry = new AccessLogEntry { Started = _time.GetTimestamp(), At = _time.GetUtcNow(), Tier = tier };
        var body = new CountedBody(context.Features.GetRequiredFeature<IHttpResponseBodyFeature>());
        context.Features.Set<IHttpResponseBodyFeature>(body);
        context.Response.OnStarting(() =>
        {
            entry.FirstByte = _time.GetElapsedTime(entry.Started);
            return Task.CompletedTask;
        });
        var completed = false;
        try
        {
            await next(context);
            await context.Response.CompleteAsync();
            completed = true;
        }
        finally
        {
            // A client that has all it asked for and hangs up has not aborted anything.
            var isWhole = context.Response.ContentLength is { } length ? body.Bytes >= length || HttpMethods.IsHead(context.Request.Method) : completed;
            entry.Aborted = !isWhole && context.RequestAborted.IsCancellationRequested;
            entry.Total = _time.GetElapsedTime(entry.Started);
            entry.Bytes = body.Bytes;
            _writer.Write(Line(context, entry));
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _writer.DisposeAsync();

    private string Line(HttpContext context, AccessLogEntry entry)
    {
        var raw = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var mark = raw.IndexOf('?', StringComparison.Ordinal);
        var target = mark < 0 ? raw : raw[..mark] + QueryRedaction.Redact(raw[mark..]);
        var outcome = OutcomeWord.Of(context.Response.Headers);
        return _json ? Json(context, entry, target, outcome) : Text(context, entry, target, outcome);
    }

    private static string Text(HttpContext context, AccessLogEntry entry, string target, string outcome)
    {
        var line = new StringBuilder();
        line.Append(CultureInfo.InvariantCulture, $"{entry.At.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.fff'Z'} {context.Connection.RemoteIpAddress} {context.Request.Method} ");
        foreach (var c in target)
            line.Append(c is <= ' ' or '\x7f' ? '?' : c);
        line.Append(CultureInfo.InvariantCulture, $" {context.Response.StatusCode} {entry.Bytes} {outcome} {entry.Tier ?? "-"} first={entry.FirstByte.TotalMilliseconds:0.0}ms total={entry.Total.TotalMilliseconds:0.0}ms");
        if (entry.Aborted)
            line.Append(" aborted");
        return line.Append(" request=").Append(context.TraceIdentifier).ToString();
    }

    private static string Json(HttpContext context, AccessLogEntry entry, string target, string outcome)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("time", entry.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            json.WriteString("client", context.Connection.RemoteIpAddress?.ToString());
            json.WriteString("method", context.Request.Method);
            json.WriteString("target", target);
            json.WriteNumber("status", context.Response.StatusCode);
            json.WriteNumber("bytes", entry.Bytes);
            json.WriteString("outcome", outcome);
            json.WriteString("tier", entry.Tier);
            json.WriteNumber("firstByteMs", Math.Round(entry.FirstByte.TotalMilliseconds, 3));
            json.WriteNumber("totalMs", Math.Round(entry.Total.TotalMilliseconds, 3));
            json.WriteBoolean("aborted", entry.Aborted);
            json.WriteString("requestId", context.TraceIdentifier);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
