using System.Text.Json;

namespace Sluice.Video.Planning;

/// <summary>Why there is no variant, as clients are told (row U026).</summary>
/// <param name="Type">The kind of fault.</param>
/// <param name="Message">What is wrong and what to write instead. It may quote what the client sent; never a signature or a key.</param>
public sealed record VideoError(VideoErrorType Type, string Message)
{
    private static readonly string[] Names = Enum.GetNames<VideoErrorType>().Select(JsonNamingPolicy.SnakeCaseUpper.ConvertName).ToArray();

    /// <summary>The status of the answer.</summary>
    public int Status { get; init; } = Type switch
    {
        <= VideoErrorType.InvalidOptionCombination => 400,
        <= VideoErrorType.SignatureExpired => 403,
        <= VideoErrorType.OriginNotFound => 404,
        VideoErrorType.FetchFailed => 502,
        _ => 500,
    };

    /// <summary>The type as clients see it, in the body and in X-Error-Type: INVALID_PARAMETER.</summary>
    public string Code => Names[(int)Type];

    /// <summary>The body: {"error","message","statusCode"}. It goes out with Cache-Control: no-store.</summary>
    public byte[] ToJson()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("error", Code);
            json.WriteString("message", Message);
            json.WriteNumber("statusCode", Status);
            json.WriteEndObject();
        }
        return stream.ToArray();
    }
}
