using System.Net.Http.Headers;
using System.Text;
using Sluice.Core.Objects;
using Sluice.Core.Origins;

namespace Sluice.S3.Objects;

/// <summary>From a bucket's answer to an origin's. Servers differ, so what HTTP promises is checked here, not assumed.</summary>
internal sealed class S3Responses(string name, bool keepMetadata, S3Complaints complaints)
{
    private const string MetadataPrefix = "x-amz-meta-";

    private static readonly HashSet<string> Kept = new(StringComparer.OrdinalIgnoreCase)
    {
        "Content-Type", "Content-Disposition", "Content-Encoding", "Content-Language", "Cache-Control", "Expires", "ETag", "Last-Modified", "Date", "Age",
    };

    private static readonly ObjectVersion Unknown = new(null, null, null);

    /// <summary>What the cache is told. Takes over <paramref name="answer"/>.</summary>
    /// <exception cref="OriginException">The answer contradicts itself or the request.</exception>
    public OriginResponse From(OriginRequest request, S3Answer answer)
    {
        try
        {
            return answer.Status switch
            {
                200 => Whole(request, answer),
                206 => Part(request, answer),
                304 => Unchanged(request.Held ?? throw Invalid("says that nothing has changed (304) to a request that holds nothing"), answer),
                _ => Refused(request, answer),
            };
        }
        catch
        {
            answer.Dispose();
            throw;
        }
    }

    /// <summary>An answer of our own, without asking.</summary>
    public static OriginResponse Short(int status, string text = "", HeaderList? headers = null, ObjectVersion? version = null)
    {
        headers ??= new();
        if (text.Length > 0) headers.Set("Content-Type", "text/plain; charset=utf-8");
        return new()
        {
            Status = status, Headers = headers, Version = version ?? Unknown, BodyLength = text.Length,
            Body = text.Length == 0 ? Stream.Null : new MemoryStream(Encoding.ASCII.GetBytes(text)),
        };
    }

    private OriginResponse Whole(OriginRequest request, S3Answer answer)
    {
        var length = answer.Response.Content.Headers.ContentLength;
        var version = new ObjectVersion(answer.Field("ETag"), answer.Field("Last-Modified"), length);
        if (version.ETag is null) Doubt(answer);
        if (Settled(request, answer, version) is { } settled) return settled;
        return new() { Status = 200, Headers = Headers(answer), Body = answer.Body, BodyLength = request.Method == "HEAD" ? 0 : length, Version = version };
    }

    private OriginResponse Part(OriginRequest request, S3Answer answer)
    {
        if (request.Range is not { } wanted) throw Invalid("answered with a part that was not asked for");
        var range = answer.Response.Content.Headers.ContentRange;
        if (range is not { HasRange: true, Unit: "bytes" }) throw Invalid("answered with a part and did not say which (Content-Range)");
        var (start, end, total) = (range.From!.Value, range.To!.Value + 1, range.Length);
        var fits = wanted.First is { } first
            ? start == first && (wanted.Last is not { } last || end <= last + 1)
            : total is { } whole && start == Math.Max(0, whole - wanted.Last!.Value) && end == whole;
        if (!fits || end > total) throw Invalid($"answered with other bytes than asked for ({range} to {wanted})");
        if (answer.Response.Content.Headers.ContentLength is { } length && request.Method != "HEAD" && length != end - start)
            throw Invalid($"contradicts itself: {length} bytes for {range}");

        var version = new ObjectVersion(answer.Field("ETag"), answer.Field("Last-Modified"), total);
        if (Settled(request, answer, version) is { } settled) return settled;
        return new()
        {
            Status = 206, Headers = Headers(answer), Body = answer.Body, BodyLength = request.Method == "HEAD" ? 0 : end - start,
            Range = (start, end, total), Version = version,
        };
    }

    // It is taken for the object all the same: there are servers that give none.
    private void Doubt(S3Answer answer) =>
        complaints.Say(answer.Status, "without an ETag", "S3 servers give one with every object: check that what arrives is the object, and that the endpoint is an S3 server, not its web console or the page of a proxy.");

    /// <summary>Conditions the server did not look at: If-Match and If-None-Match are optional to some.</summary>
    private OriginResponse? Settled(OriginRequest request, S3Answer answer, ObjectVersion version)
    {
        if (request.Require is { } required && !Fulfils(version, required))
        {
            answer.Dispose();
            return Short(412, headers: Dated(answer), version: version);
        }
        if (request.Held is not { } held || !held.Matches(version)) return null;
        answer.Dispose();
        return new() { Status = 304, Headers = Headers(answer), BodyLength = 0, Version = version };
    }

    private static bool Fulfils(ObjectVersion version, ObjectVersion required)
    {
        // A 206 need not tell the length of the whole; then the date has to do, as in If-Unmodified-Since.
        if (required.ETag is not null || version.ETag is not null || version.Length is not null) return required.Matches(version);
        return version.LastModified is not null && version.LastModified == required.LastModified;
    }

    private OriginResponse Unchanged(ObjectVersion held, S3Answer answer)
    {
        var version = new ObjectVersion(answer.Field("ETag") ?? held.ETag, answer.Field("Last-Modified") ?? held.LastModified, held.Length);
        if (held.ETag is not null && !held.Matches(version)) throw Invalid("says that nothing has changed (304) and names another version");
        return new() { Status = 304, Headers = Headers(answer), BodyLength = 0, Version = version };
    }

    private OriginResponse Refused(OriginRequest request, S3Answer answer)
    {
        var verdict = S3Verdict.For(answer, request.Require is not null);
        if (verdict.Hint is { } hint) complaints.Say(answer.Status, answer.Error.Code, hint);
        var headers = Dated(answer);
        var version = Unknown;
        if (verdict.Status == 503 && answer.Field("Retry-After") is { } later) headers.Add("Retry-After", later);
        if (verdict.Status == 412) version = new(answer.Field("ETag"), answer.Field("Last-Modified"), null);
        if (verdict.Status == 416 && answer.Response.Content.Headers.ContentRange is { HasLength: true } range)
        {
            headers.Add("Content-Range", range.ToString());
            version = new(answer.Field("ETag"), answer.Field("Last-Modified"), range.Length);
        }
        answer.Dispose();
        return Short(verdict.Status, request.Method == "HEAD" ? "" : verdict.Text, headers, version);
    }

    private HeaderList Headers(S3Answer answer)
    {
        var headers = new HeaderList();
        Collect(answer.Response.Headers, headers);
        Collect(answer.Response.Content.Headers, headers);
        // Some servers keep the framing of an upload as if it were the object's coding; the bytes are plain.
        if (headers.Combined("Content-Encoding") is { } coding && coding.Contains("aws-chunked", StringComparison.OrdinalIgnoreCase))
        {
            var rest = coding.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Where(part => !part.Equals("aws-chunked", StringComparison.OrdinalIgnoreCase)).ToArray();
            headers.Remove("Content-Encoding");
            if (rest.Length > 0) headers.Add("Content-Encoding", string.Join(", ", rest));
        }
        return headers;
    }

    private void Collect(HttpHeaders from, HeaderList to)
    {
        foreach (var (field, values) in from.NonValidated)
        {
            if (!Kept.Contains(field) && !(keepMetadata && field.StartsWith(MetadataPrefix, StringComparison.OrdinalIgnoreCase))) continue;
            foreach (var value in values) to.Add(field, HeaderList.WithoutControls(value));
        }
    }

    private static HeaderList Dated(S3Answer answer)
    {
        var headers = new HeaderList();
        if (answer.Field("Date") is { } date) headers.Add("Date", date);
        return headers;
    }

    private OriginException Invalid(string what) => new(OriginFailure.Invalid, $"{name} {what}.");
}
