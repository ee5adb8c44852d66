using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Sluice.Configuration;
using Sluice.Core.Telemetry;
using Sluice.Edge.Transport;

namespace Sluice.Logging;

/// <summary>A line for each request on the edge, and for the catalog's (row U096). Off unless asked for, since it costs about as much as a hit does.</summary>
internal sealed class AccessLog : IHitLog, IAsyncDisposable
{
    private readonly LineWriter _writer;
    private readonly bool _json;
    private readonly TimeProvider _time;

    private AccessLog(LineWriter writer, bool json, TimeProvider time) => (_writer, _json, _time) = (writer, json, time);

    /// <summary>Opens the log that the settings ask for; null for none.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static AccessLog? Open(LoggingSection options, TimeProvider time)
    {
        if (options.AccessLog is null)
            return null;
        try
        {
            var json = options.Format == "json";
            var writer = options.AccessLog == "stdout" ? new LineWriter(Console.OpenStandardOutput(), json: json) : WriterOf(options.AccessLog, json);
            return new AccessLog(writer, json, time);
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

    /// <summary>Serves a request by <paramref name="next"/> and writes its line; <paramref name="client"/> sent it, and <paramref name="tier"/> is the one that holds what it asks for.</summary>
    public async Task ServeAsync(HttpContext context, RequestDelegate next, IPAddress? client, string? tier)
    {
        var (started, at, firstByte) = (_time.GetTimestamp(), _time.GetUtcNow(), TimeSpan.Zero);
        var body = new CountedBody(context.Features.GetRequiredFeature<IHttpResponseBodyFeature>());
        context.Features.Set<IHttpResponseBodyFeature>(body);
        context.Response.OnStarting(() =>
        {
            firstByte = _time.GetElapsedTime(started);
            return Task.CompletedTask;
        });
        var completed = false;
        try
        {
            await next(context);
            // One that was broken off cannot be completed: the server would take what is missing for an error of this program's.
            var mayComplete = context.Response.HasStarted ? context.Response.ContentLength is not { } promised || body.Bytes >= promised : !context.RequestAborted.IsCancellationRequested;
            if (mayComplete) await context.Response.CompleteAsync();
            completed = true;
        }
        finally
        {
            // A client that has all it asked for and hangs up has not aborted anything.
            var isWhole = context.Response.ContentLength is { } length ? body.Bytes >= length || HttpMethods.IsHead(context.Request.Method) : completed && !body.IsGone;
            var outcome = OutcomeWord.Of(context.Response);
            var neverBegan = context.Response.StatusCode == StatusCodes.Status499ClientClosedRequest;
            Write(new AccessLogEntry
            {
                At = at, Client = client, Method = context.Request.Method, Target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget,
                Status = context.Response.StatusCode, Bytes = body.Bytes, Outcome = outcome,
                Tier = TierOf(outcome, body.Bytes, tier), FirstByte = firstByte, Total = _time.GetElapsedTime(started),
                Aborted = (neverBegan || !isWhole) && (body.IsGone || context.RequestAborted.IsCancellationRequested), RequestId = context.TraceIdentifier,
            });
        }
    }

    public void Note(in HitEntry hit) => Write(new AccessLogEntry
    {
        At = _time.GetUtcNow() - hit.Total, Client = hit.Client, Method = hit.Method, Target = hit.Target, Status = hit.Status, Bytes = hit.Bytes, Outcome = "hit",
        Tier = hit.InMemory ? "memory" : "disk", FirstByte = hit.FirstByte, Total = hit.Total, Aborted = hit.Aborted, RequestId = hit.RequestId,
    });

    public ValueTask DisposeAsync() => _writer.DisposeAsync();

    /// <summary>The tier that the answer came from, as the counters have it; <paramref name="held"/> is the one that held what was asked for.</summary>
    private static string? TierOf(string outcome, long bytes, string? held) => outcome switch
    {
        // What has no body takes nothing from disk. What is hit and was in no tier when it was asked for has come back from the index there, where nobody looked: that costs a read.
        "hit" => bytes == 0 ? "memory" : held ?? "disk",
        "stale" or "revalidated" => held,
        _ => null,
    };

    private static LineWriter WriterOf(string path, bool json)
    {
        var first = Append(path);
        var name = NameOf(first);
        return new(first, stream =>
        {
            if (IsAt(path, stream) && NameOf((FileStream)stream) == name) return stream;
            var next = Append(path);
            name = NameOf(next);
            return next;
        }, json);
    }

    private static FileStream Append(string path)
    {
        var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0 });
        AppendMode.Set(file);
        return file;
    }

    /// <summary>False when it was renamed or cut short, as rotating does: a file that is not there, or is shorter than what was written to this one, is another.</summary>
    private static bool IsAt(string path, Stream stream) => !stream.CanSeek || (new FileInfo(path) is { Exists: true } file && file.Length >= stream.Position);

    /// <summary>What an open file is called by now, on Linux: after it was renamed another server may have made the new one longer already than what this one knows.</summary>
    private static string? NameOf(FileStream file) => OperatingSystem.IsLinux() ? new FileInfo(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{file.SafeFileHandle.DangerousGetHandle()}")).LinkTarget : null;

    private void Write(AccessLogEntry entry)
    {
        var target = QueryRedaction.RedactTarget(entry.Target);
        _writer.Write(_json ? Json(entry, target) : Text(entry, target));
    }

    private static string Text(AccessLogEntry entry, string target)
    {
        var line = new StringBuilder();
        line.Append(CultureInfo.InvariantCulture, $"{entry.At.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.fff'Z'} {entry.Client} {entry.Method} ");
        foreach (var c in target)
            line.Append(c == ' ' || char.IsControl(c) ? '?' : c);
        line.Append(CultureInfo.InvariantCulture, $" {entry.Status} {entry.Bytes} {entry.Outcome} {entry.Tier ?? "-"} first={entry.FirstByte.TotalMilliseconds:0.0}ms total={entry.Total.TotalMilliseconds:0.0}ms");
        if (entry.Aborted)
            line.Append(" aborted");
        return line.Append(" request=").Append(entry.RequestId).ToString();
    }

    private static string Json(AccessLogEntry entry, string target)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("time", entry.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            json.WriteString("client", entry.Client?.ToString());
            json.WriteString("method", entry.Method);
            json.WriteString("target", target);
            json.WriteNumber("status", entry.Status);
            json.WriteNumber("bytes", entry.Bytes);
            json.WriteString("outcome", entry.Outcome);
            json.WriteString("tier", entry.Tier);
            json.WriteNumber("firstByteMs", Math.Round(entry.FirstByte.TotalMilliseconds, 3));
            json.WriteNumber("totalMs", Math.Round(entry.Total.TotalMilliseconds, 3));
            json.WriteBoolean("aborted", entry.Aborted);
            json.WriteString("requestId", entry.RequestId);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
