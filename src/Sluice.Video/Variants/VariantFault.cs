using Sluice.Core.Objects;
using Sluice.Core.Origins;

namespace Sluice.Video.Variants;

/// <summary>Why a variant could not be made (rows U026, U027). Each is kept for a moment, so that a broken source is not tried for every viewer.</summary>
/// <param name="Status">Status of the answer.</param>
/// <param name="Code">What went wrong, for programs: INVALID_SOURCE.</param>
/// <param name="Message">The same for people, in one line that holds no secret.</param>
/// <param name="Seconds">How long the answer is fresh.</param>
internal sealed record VariantFault(int Status, string Code, string Message, int Seconds)
{
    /// <summary>Seconds after which to come back; null where that would not help.</summary>
    public int? RetryAfter { get; init; }

    public static VariantFault NoTools(string reason) => new(501, "NOT_AVAILABLE", $"Variants cannot be made on this server: {reason}; {Ffmpeg.FfmpegTools.Advice}. Originals play.", 10);

    public static VariantFault Busy(int seconds) => new(503, "BUSY", "Too many variants are being made; come back in a moment.", 1) { RetryAfter = seconds };

    public static VariantFault NoSource(int status) => new(status, "RESOURCE_NOT_FOUND", "There is no source.", 60);

    public static VariantFault NoSegment(int segment, int segments) => new(404, "RESOURCE_NOT_FOUND", $"There is no segment {segment}; the video has {segments}, from 0.", 60);

    public static VariantFault NoSizes() => new(404, "RESOURCE_NOT_FOUND", "There is no size to play: this route takes derivatives only, and none of them has mode=hls and a width.", 60);

    public static VariantFault SourceUnusable(string reason) => new(502, "FETCH_FAILED", $"The source may not be kept, and so cannot be read in pieces: {reason}.", 10);

    public static VariantFault SourceRefused(int status) => new(502, "FETCH_FAILED", $"The source cannot be had: its origin answered {status}.", 10);

    public static VariantFault SourceUnreadable() => new(502, "FETCH_FAILED", "Some of the source could not be read; come back in a moment.", 10);

    public static VariantFault SourceTooLarge(long length, long most) => new(413, "SOURCE_TOO_LARGE", $"The source has {length} bytes; variants are made of up to {most}.", 60);

    public static VariantFault TooLarge(string what) => new(413, "TOO_LARGE", what, 60);

    public static VariantFault TimedOut(TimeSpan limit) => new(504, "TIMEOUT", $"Making the variant took longer than {limit.TotalSeconds:0} s.", 60);

    public static VariantFault Unsupported(string said) => new(415, "UNSUPPORTED_SOURCE", $"The source is no media this server can read: {said}", 60);

    public static VariantFault LengthUnknown(string said) => Unsupported(said.Length > 0 ? said : "it does not say how long it is");

    /// <summary>Says nothing of the source, and may outlive the server that is being stopped: not kept beyond the moment.</summary>
    public static VariantFault Interrupted() => new(500, "TRANSFORMATION_FAILED", "ffmpeg was told to end, as when the server is stopped; come back in a moment.", 1);

    public static VariantFault Failed(string said) => new(500, "TRANSFORMATION_FAILED", $"ffmpeg failed: {said}", 10);

    /// <summary>The answer.</summary>
    public OriginResponse ToResponse()
    {
        var body = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(
            new Dictionary<string, object> { ["error"] = Code, ["message"] = Message, ["statusCode"] = Status }, FaultJson.Default.DictionaryStringObject);
        var headers = new HeaderList();
        headers.Add("Content-Type", "application/json");
        headers.Add("Cache-Control", $"max-age={Seconds}");
        headers.Add("X-Error-Type", Code);
        headers.Add("X-Error-Reason", OneLine(Message));
        if (RetryAfter is { } seconds) headers.Add("Retry-After", seconds.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return new OriginResponse { Status = Status, Headers = headers, Body = new MemoryStream(body), BodyLength = body.Length, Version = new ObjectVersion(null, null, body.Length) };
    }

    /// <summary>What a field value can hold of a text.</summary>
    public static string OneLine(string text) => new([.. text.Take(200).Select(c => c is >= ' ' and <= '~' ? c : '?')]);
}
