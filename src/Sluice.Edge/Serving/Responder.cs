using System.Globalization;
using Microsoft.AspNetCore.Http;
using Sluice.Core.Objects;
using Sluice.Edge.Conditional;
using Sluice.Edge.Fields;
using Sluice.Edge.Ranges;
using Sluice.Edge.Requests;
using Sluice.Edge.Routes;
using Sluice.Edge.Telemetry;

namespace Sluice.Edge.Serving;

/// <summary>Answers a request from an object: conditions, ranges, head, body.</summary>
internal sealed class Responder(Forwarding forwarding, TimeProvider time, EdgeCounters counters)
{
    /// <summary>Sends the answer. Completes at once when everything is in memory and the client takes it.</summary>
    /// <param name="context">The request.</param>
    /// <param name="route">Its route.</param>
    /// <param name="stored">The object.</param>
    /// <param name="verdict">How it came about.</param>
    /// <param name="original">The header fields as the origin just sent them, for the reply that passes them on; null to use the stored ones.</param>
    public Task SendAsync(HttpContext context, ActiveRoute route, CachedObject stored, Verdict verdict, HeaderList? original = null)
    {
        var head = RenderedHead.Of(stored, route);
        var metadata = head.Metadata;
        var request = context.Request.Headers;
        var response = context.Response;
        ObjectCache.NoteUse(stored);

        var status = metadata.Status;
        (long Start, long End)[]? parts = null;
        if (status is >= 200 and < 300)
        {
            var condition = Preconditions.Evaluate(request, head);
            if (condition != 0) status = condition;
            else if (status == 200 && request.Range is { Count: > 0 } range && metadata.Length is { } whole
                && HttpMethods.IsGet(context.Request.Method) && Preconditions.RangeApplies(request, head))
            {
                parts = RangeSelection.Select(range, whole);
                if (parts is not null) status = parts.Length == 0 ? 416 : 206;
            }
        }

        response.StatusCode = status;
        WriteHead(response, head, verdict, original);
        if (status is 412 or 416) RemoveFreshness(response.Headers);
        if (status is 304 or 412)
        {
            if (status == 304) RemoveForNotModified(response.Headers);
            else response.ContentLength = 0;
            counters.Count(verdict.Outcome, 0);
            return Task.CompletedTask;
        }

        if (status == 416)
        {
            response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes */{metadata.Length}");
            response.ContentLength = 0;
            counters.Count(verdict.Outcome, 0);
            return Task.CompletedTask;
        }

        var asker = new Asker(context, route, forwarding);
        if (parts is { Length: > 1 }) return MultipartRanges.SendAsync(context, stored, parts, asker, counters, verdict);
        var (start, end) = parts is [var only] ? only : (0, metadata.Length ?? long.MaxValue);
        if (parts is not null) response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes {start}-{end - 1}/{metadata.Length}");
        if (head.IsManifest && parts is null && end <= ManifestCompression.MaximumBytes && ManifestCompression.Accepts(request))
            return ManifestCompression.SendAsync(context, stored, head, asker, counters, verdict);
        if (metadata.Length is not null && status is not 204) response.ContentLength = end - start;
        Count(stored, verdict, start, HttpMethods.IsHead(context.Request.Method) || end == long.MaxValue ? 0 : end - start);
        counters.CountError(status);
        if (HttpMethods.IsHead(context.Request.Method) || start == end) return Task.CompletedTask;
        return BodyWriter.WriteAsync(context, stored, start, end, asker, counters, verdict.Outcome);
    }

    private void Count(CachedObject stored, Verdict verdict, long start, long bytes)
    {
        if (verdict.Outcome != Outcome.Hit)
        {
            counters.Count(verdict.Outcome, bytes);
            if (bytes > 0) counters.Ghosts?.NoteOther(stored.Hash, bytes, verdict.Outcome != Outcome.Miss);
            return;
        }

        if (bytes > 0) counters.Ghosts?.NoteHit(stored.Hash, bytes);
        if (counters.IsSampling) counters.Hot.Note(stored.Target, bytes);
        counters.CountHit(bytes, stored.InMemory(start));
    }

    private void WriteHead(HttpResponse response, RenderedHead head, Verdict verdict, HeaderList? original)
    {
        var headers = response.Headers;
        var freshness = head.Metadata.Freshness;
        var now = time.GetUtcNow();
        // Most objects are answered with once on this way, as the miss that brought them: that one keeps nothing.
        foreach (var line in verdict.Outcome == Outcome.Miss ? HeadLines.Render(head) : head.Ordinary.Lines) headers[line.Key] = line.Value;
        if (original is not null)
        {
            // What an origin said to this client alone (fields kept out of the store, its own Age) goes to this client alone.
            for (var i = 0; i < original.Count; i++)
            {
                var name = original[i].Key;
                if (!name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase) && !name.Equals("Content-Range", StringComparison.OrdinalIgnoreCase) && !headers.ContainsKey(name))
                    headers[name] = HeadLines.ValuesOf(original, name);
            }
        }
        else headers.Age = RenderedHead.AgeText(freshness.AgeAt(now));

        StatusFields.Write(headers, verdict, head, freshness.RemainingAt(now));
    }

    /// <summary>The lifetime is the object's. A cache between here and the client would keep for it, and give to everybody, what one request's condition or range was answered with.</summary>
    private static void RemoveFreshness(IHeaderDictionary headers)
    {
        TargetedCacheControl.RemoveAll(headers);
        headers.Remove("Expires");
        headers.CacheControl = "no-store";
    }

    /// <summary>Fields that describe a body have no place in a 304 (RFC 9110 section 15.4.5).</summary>
    private static void RemoveForNotModified(IHeaderDictionary headers)
    {
        headers.Remove("Content-Type");
        headers.Remove("Content-Encoding");
        headers.Remove("Content-Language");
        headers.Remove("Accept-Ranges");
    }
}
