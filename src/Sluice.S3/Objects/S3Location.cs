using System.Diagnostics.CodeAnalysis;

namespace Sluice.S3.Objects;

/// <summary>A bucket and a prefix in it, as people write them: s3://bucket/prefix.</summary>
/// <param name="Bucket">Name of the bucket.</param>
/// <param name="Prefix">What every key starts with, taken literally (not percent-decoded); empty for the whole bucket.</param>
public sealed record S3Location(string Bucket, string Prefix)
{
    private const string Scheme = "s3://";

    /// <summary>Reads "s3://bucket" or "s3://bucket/prefix".</summary>
    /// <param name="text">What to read.</param>
    /// <param name="location">The place; null when <paramref name="text"/> is not one.</param>
    /// <param name="error">One line that says what is wrong and how it should look; null when nothing is.</param>
    public static bool TryParse(string? text, [NotNullWhen(true)] out S3Location? location, [NotNullWhen(false)] out string? error)
    {
        location = null;
        error = null;
        if (string.IsNullOrWhiteSpace(text) || !text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            error = $"'{text}' is not an S3 address: it should look like s3://bucket or s3://bucket/prefix.";
            return false;
        }
        var rest = text[Scheme.Length..];
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        var bucket = slash < 0 ? rest : rest[..slash];
        error = BucketError(bucket);
        if (error is not null) return false;
        location = new(bucket, slash < 0 ? "" : rest[(slash + 1)..]);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => Prefix.Length == 0 ? Scheme + Bucket : $"{Scheme}{Bucket}/{Prefix}";

    /// <summary>What is wrong with a bucket's name; null when nothing is. Upper case and "_" exist on servers other than AWS.</summary>
    internal static string? BucketError(string bucket)
    {
        if (bucket.Length == 0) return "The S3 address names no bucket: it should look like s3://bucket/prefix.";
        if (bucket.StartsWith("arn:", StringComparison.Ordinal)) return $"'{bucket}' is an ARN: name the bucket, or an access point by its alias.";
        if (bucket.Contains('@', StringComparison.Ordinal)) return "The S3 address holds an '@': credentials come from the environment or a profile, never from the address.";
        if (bucket.Length is < 3 or > 255) return $"'{bucket}' is not a bucket's name: it has 3 to 255 characters.";
        foreach (var c in bucket)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '-' or '_'))
                return $"'{bucket}' is not a bucket's name: '{c}' may not occur in one.";
        return bucket[0] is '.' or '-' or '_' || bucket.Contains("..", StringComparison.Ordinal)
            ? $"'{bucket}' is not a bucket's name: it starts with a letter or digit and has no two dots in a row."
            : null;
    }
}
