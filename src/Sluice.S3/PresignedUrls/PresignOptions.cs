using System.Globalization;
using Sluice.S3.Signing;

namespace Sluice.S3.PresignedUrls;

/// <summary>What a presigned URL allows, beyond a plain GET with the configured validity. Equal options share a URL; keep one instance for what is asked often.</summary>
public sealed class PresignOptions : IEquatable<PresignOptions>
{
    /// <summary>A plain GET with the configured validity.</summary>
    public static readonly PresignOptions Default = new();

    private static readonly string[] Overrides =
        ["response-cache-control", "response-content-disposition", "response-content-encoding", "response-content-language", "response-content-type", "response-expires", "versionId", "partNumber"];

    private string? variant;
    private IReadOnlyList<string>? errors;

    /// <summary>GET (default), HEAD or PUT.</summary>
    public string Method { get; init; } = "GET";

    /// <summary>How long the URL is valid: whole seconds, 1 second to 7 days. Default null: as configured.</summary>
    public TimeSpan? Expires { get; init; }

    /// <summary>A replica's region among those configured (row PRE-17). Default null: the bucket itself.</summary>
    public string? Region { get; init; }

    /// <summary>Parameters signed with the URL: response-content-disposition and the other response-* overrides, versionId, partNumber. Null, as out of JSON, is none.</summary>
    public IReadOnlyDictionary<string, string> Query { get; init => field = value ?? new Dictionary<string, string>(); } = new Dictionary<string, string>();

    /// <summary>Everything but the region as one text, empty for a plain GET. Part of the key (row KEY-06).</summary>
    internal string Variant => variant ??= MakeVariant();

    /// <inheritdoc/>
    public bool Equals(PresignOptions? other) => ReferenceEquals(this, other) || (other is not null && Variant == other.Variant && Region == other.Region);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PresignOptions);

    /// <inheritdoc/>
    public override int GetHashCode() => Region is null && Variant.Length == 0 ? 0 : HashCode.Combine(Variant, Region);

    /// <summary>Everything wrong with these, one sentence each.</summary>
    public IReadOnlyList<string> Errors() => errors ??= FindErrors();

    private List<string> FindErrors()
    {
        var errors = new List<string>();
        if (Method is not ("GET" or "HEAD" or "PUT")) errors.Add($"'{Method}' cannot be presigned: use GET, HEAD or PUT.");
        if (Expires is { } expires && LifetimeError(expires) is { } wrong) errors.Add(wrong);
        foreach (var (name, value) in Query)
        {
            if (!Overrides.Contains(name, StringComparer.Ordinal)) errors.Add($"'{name}' cannot be part of a presigned URL: there are {string.Join(", ", Overrides)}.");
            else if (value is null || value.AsSpan().ContainsAny('\r', '\n')) errors.Add($"The value of {name} must be one line.");
        }
        return errors;
    }

    /// <summary>What is wrong with a validity; null when nothing is.</summary>
    internal static string? LifetimeError(TimeSpan lifetime) => lifetime < TimeSpan.FromSeconds(1) || lifetime > UrlSigner.MaximumLifetime || lifetime.Ticks % TimeSpan.TicksPerSecond != 0
        ? string.Create(CultureInfo.InvariantCulture, $"A presigned URL is valid for 1 second to 7 days (604800 seconds), in whole seconds; {lifetime.TotalSeconds:0.###} seconds is not possible.")
        : null;

    private string MakeVariant()
    {
        if (Method == "GET" && Expires is null && Query.Count == 0) return "";
        var fields = new List<SignedField>(Query.Count + 2);
        foreach (var (name, value) in Query) fields.Add(new(name, value));
        if (Method != "GET") fields.Add(new("method", Method));
        if (Expires is { } expires) fields.Add(new("expires", ((long)expires.TotalSeconds).ToString(CultureInfo.InvariantCulture)));
        return CanonicalForm.Query(fields.ToArray());
    }
}
