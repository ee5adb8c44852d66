namespace Sluice.TestKit.Origins;

/// <summary>
/// How a <see cref="FaultyOrigin"/> answers a path. The defaults are those of a good static file server:
/// ranges, a strong ETag, Last-Modified, conditions honoured. Every other setting is a fault or a delay.
/// </summary>
public sealed record OriginReply
{
    public OriginBody Body { get; init; } = OriginBody.Of("");

    /// <summary>Any status other than 200 is sent as it is, with the body, and no range or condition is looked at.</summary>
    public int Status { get; init; } = 200;

    /// <summary>Strong or weak entity tag with its quotes; null sends none.</summary>
    public string? ETag { get; init; }

    /// <summary>Null sends none.</summary>
    public DateTimeOffset? LastModified { get; init; }

    public string ContentType { get; init; } = "application/octet-stream";

    /// <summary>Null sends none.</summary>
    public string? CacheControl { get; init; }

    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>Answers 200 with the whole body to a range.</summary>
    public bool IgnoreRange { get; init; }

    /// <summary>Looks at no If-Match, If-None-Match, If-Range, If-Modified-Since or If-Unmodified-Since.</summary>
    public bool IgnoreConditions { get; init; }

    /// <summary>Sends the body in HTTP chunks, without a Content-Length.</summary>
    public bool Chunked { get; init; }

    /// <summary>Lines after the last chunk, such as "X-Sum: 1".</summary>
    public IReadOnlyList<string> Trailers { get; init; } = [];

    /// <summary>Added to the Content-Length sent: above zero the body is shorter than said, below zero longer.</summary>
    public long LengthLie { get; init; }

    /// <summary>Breaks the connection after this many bytes of body.</summary>
    public long? CutAfter { get; init; }

    /// <summary>Reads the request and never answers.</summary>
    public bool NeverAnswers { get; init; }

    /// <summary>Closes the connection instead of answering.</summary>
    public bool ClosesInsteadOfAnswering { get; init; }

    /// <summary>Wait before the status line.</summary>
    public TimeSpan HeadDelay { get; init; }

    /// <summary>The status line waits for this, after <see cref="HeadDelay"/>.</summary>
    public Task HeadHeld { get; init; } = Task.CompletedTask;

    /// <summary>With a delay, the body goes out in pieces of <see cref="PieceLength"/> with this wait between them.</summary>
    public TimeSpan PieceDelay { get; init; }

    public int PieceLength { get; init; } = 64 * 1024;

    /// <summary>The body stops after this many bytes until <see cref="Held"/> completes.</summary>
    public long? HoldAfter { get; init; }

    /// <summary>See <see cref="HoldAfter"/>; with 0 there, the head is sent and no byte of the body.</summary>
    public Task Held { get; init; } = Task.CompletedTask;

    /// <summary>A well-behaved object: pattern body, strong ETag from the seed, a fixed Last-Modified.</summary>
    public static OriginReply Object(ulong seed, long length) => new()
    {
        Body = OriginBody.Pattern(seed, length),
        ETag = $"\"v{seed}-{length}\"",
        LastModified = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddMinutes(seed % 100_000),
        CacheControl = "max-age=3600",
    };

    public static OriginReply Text(string text, string contentType = "text/plain") => new()
    {
        Body = OriginBody.Of(text),
        ETag = $"\"t{text.Length}-{text.GetHashCode(StringComparison.Ordinal):x}\"",
        ContentType = contentType,
        CacheControl = "max-age=3600",
    };

    public static OriginReply Error(int status) => new()
    {
        Status = status,
        Body = OriginBody.Of($"origin says {status}"),
        ContentType = "text/plain",
    };
}
