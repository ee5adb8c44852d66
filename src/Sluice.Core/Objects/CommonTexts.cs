namespace Sluice.Core.Objects;

/// <summary>
/// Texts that very many objects have in common, such as field names, media types and the second of a date: the one kept already in place of an equal new one.
/// A fixed number are kept, each until another takes its place. For what is stored only: a field of a request may be a secret.
/// </summary>
internal static class CommonTexts
{
    /// <summary>A longer text is rarely anybody else's.</summary>
    internal const int LongestText = 64;

    private static readonly string?[] Kept = new string?[1024];

    public static string Of(string text)
    {
        if (text.Length > LongestText) return text;
        ref var place = ref Kept[(uint)text.GetHashCode(StringComparison.Ordinal) % (uint)Kept.Length];
        if (Volatile.Read(ref place) is { } kept && kept == text) return kept;
        Volatile.Write(ref place, text);
        return text;
    }
}
