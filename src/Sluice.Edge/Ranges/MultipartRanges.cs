using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Sluice.Core.Objects;
using Sluice.Edge.Serving;
using Sluice.Edge.Telemetry;

namespace Sluice.Edge.Ranges;

/// <summary>Several ranges in one reply: multipart/byteranges (RFC 9110 section 14.6).</summary>
internal static class MultipartRanges
{
    public static async Task SendAsync(HttpContext context, CachedObject stored, (long Start, long End)[] parts, Asker asker, EdgeCounters counters, Verdict verdict)
    {
        var response = context.Response;
        var boundary = "sluice-" + RandomNumberGenerator.GetHexString(24, lowercase: true);
        var type = response.Headers.ContentType.ToString();
        response.Headers.ContentType = "multipart/byteranges; boundary=" + boundary;
        var heads = parts.Select(part => Encoding.Latin1.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"\r\n--{boundary}\r\n{(type.Length > 0 ? $"Content-Type: {type}\r\n" : "")}Content-Range: bytes {part.Start}-{part.End - 1}/{stored.Metadata.Length}\r\n\r\n"))).ToArray();
        var tail = Encoding.Latin1.GetBytes($"\r\n--{boundary}--\r\n");
        var length = heads.Sum(head => (long)head.Length) + parts.Sum(part => part.End - part.Start) + tail.Length;
        response.ContentLength = length;
        counters.Count(verdict.Outcome, length);
        // Held from the first part to the last, also while no reader is open.
        var isHeld = stored.TryHold();
        try
        {
            for (var i = 0; i < parts.Length; i++)
            {
                Task sending;
                using (var reader = stored.OpenFor(parts[i].Start, parts[i].End, asker.SourceOf))
                {
                    // Of the first part before anything is sent: where there is no such byte, as of an origin that is down or has another version, the answer is another.
                    using (await reader.ReadAsync(1, context.RequestAborted)) { }
                    await response.BodyWriter.WriteAsync(heads[i]);
                    sending = BodyWriter.WriteAsync(context, stored, parts[i].Start, parts[i].End, asker, counters, verdict.Outcome);
                }

                await sending;
            }

            await response.BodyWriter.WriteAsync(tail);
        }
        finally
        {
            if (isHeld) stored.Release();
        }
    }
}
