using System.Text.Json;
using Sluice.Video.Options;
using Sluice.Video.Planning;

namespace Sluice.Video.Metadata;

/// <summary>What is known of a stored variant (rows MET-01 to MET-06). Its JSON has the names of those rows; what was not asked for is left out.</summary>
public sealed record VariantMetadata
{
    /// <summary>Path of the source, without its leading slash.</summary>
    public required string SourcePath { get; init; }

    /// <summary>Pixels.</summary>
    public int? Width { get; init; }

    /// <summary>Pixels.</summary>
    public int? Height { get; init; }

    /// <summary>mp4, webm, jpg …</summary>
    public string? Format { get; init; }

    /// <summary>low, medium, high or auto.</summary>
    public string? Quality { get; init; }

    /// <summary>low, medium, high or auto.</summary>
    public string? Compression { get; init; }

    /// <summary>Name of the derivative.</summary>
    public string? Derivative { get; init; }

    /// <summary>The tags to purge it by (row TAG-01).</summary>
    public required IReadOnlyList<string> CacheTags { get; init; }

    /// <summary>Its media type.</summary>
    public required string ContentType { get; init; }

    /// <summary>Its bytes.</summary>
    public required long ContentLength { get; init; }

    /// <summary>When it was made, in milliseconds since 1970.</summary>
    public required long CreatedAt { get; init; }

    /// <summary>Until when it is used unasked, in milliseconds since 1970; null for no end.</summary>
    public long? ExpiresAt { get; init; }

    /// <summary>Seconds.</summary>
    public double? Duration { get; init; }

    /// <summary>Pictures per second.</summary>
    public double? Fps { get; init; }

    /// <summary>Anything else. "query" and "mode" are always there: by its source and its query a variant is asked for again (row MET-03).</summary>
    public IReadOnlyDictionary<string, JsonElement>? CustomData { get; init; }

    /// <summary>Metadata of a variant.</summary>
    /// <param name="plan">A plan for a variant or an original.</param>
    /// <param name="contentType">Its media type.</param>
    /// <param name="contentLength">Its bytes.</param>
    /// <param name="createdAt">When it was made.</param>
    /// <param name="expiresAt">Until when it is used unasked; null for no end.</param>
    /// <exception cref="ArgumentException">The plan is for neither.</exception>
    public static VariantMetadata Of(VideoPlan plan, string contentType, long contentLength, DateTimeOffset createdAt, DateTimeOffset? expiresAt)
    {
        if (plan.Options is not { } options) throw new ArgumentException("The plan is for no variant.", nameof(plan));
        return new VariantMetadata
        {
            SourcePath = plan.SourcePath.TrimStart('/'),
            Width = options.Width,
            Height = options.Height,
            Format = options.Format,
            Quality = options.Quality is { } quality ? OptionNames.Of(quality) : null,
            Compression = options.Compression is { } compression ? OptionNames.Of(compression) : null,
            Derivative = options.Derivative,
            CacheTags = plan.Tags,
            ContentType = contentType,
            ContentLength = contentLength,
            CreatedAt = createdAt.ToUnixTimeMilliseconds(),
            ExpiresAt = expiresAt?.ToUnixTimeMilliseconds(),
            Duration = options.Duration?.TotalSeconds,
            Fps = options.FramesPerSecond,
            CustomData = new Dictionary<string, JsonElement>
            {
                ["mode"] = JsonSerializer.SerializeToElement(OptionNames.Of(options.Mode), VariantMetadataJson.Default.String),
                ["query"] = JsonSerializer.SerializeToElement(plan.Query, VariantMetadataJson.Default.String),
            },
        };
    }

    /// <summary>Reads it from JSON.</summary>
    /// <exception cref="JsonException">It is not the JSON of a variant.</exception>
    public static VariantMetadata FromJson(ReadOnlySpan<byte> json) => JsonSerializer.Deserialize(json, VariantMetadataJson.Default.VariantMetadata) ?? throw new JsonException("null is no variant.");

    /// <summary>Its JSON.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, VariantMetadataJson.Default.VariantMetadata);
}
