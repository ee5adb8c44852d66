namespace Sluice.Configuration;

/// <summary>An origin written as one text: a folder, http(s)://host[:port][/prefix] or s3://bucket[/prefix].</summary>
internal static class OriginText
{
    /// <summary>What to write, for error messages.</summary>
    public const string Advice = "write a folder, http(s)://HOST[:PORT][/PREFIX] or s3://BUCKET[/PREFIX]";

    /// <summary>Turns a text into the section it stands for; null when it is none of the three.</summary>
    public static ConfigurationNode? Parse(string text, string source)
    {
        var node = new ConfigurationNode(ConfigurationNodeKind.Section, source);
        if (text.Length == 0)
            return null;
        if (text.StartsWith("s3://", StringComparison.OrdinalIgnoreCase))
        {
            var slash = text.IndexOf('/', 5);
            var bucket = slash < 0 ? text[5..] : text[5..slash];
            var prefix = slash < 0 ? "" : text[(slash + 1)..];
            if (bucket.Length == 0)
                return null;
            node.Put(["s3", "bucket"], Scalar(bucket, source));
            if (prefix.Length > 0)
                node.Put(["s3", "prefix"], Scalar(prefix, source));
            return node;
        }
        if (text.Contains("://", StringComparison.Ordinal))
        {
            // What else is wrong with it, the setting says itself.
            if (!ValueKinds.OriginUrl.Parse(text, out _) && ValueKinds.OriginUrl.Refusal!(text) is null)
                return null;
            node.Put(["url"], Scalar(text, source));
            return node;
        }
        node.Put(["folder"], Scalar(text, source));
        return node;
    }

    private static ConfigurationNode Scalar(string text, string source) => new(ConfigurationNodeKind.Scalar, source, text);
}
