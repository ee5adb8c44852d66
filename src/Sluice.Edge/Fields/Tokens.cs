using System.Buffers;

namespace Sluice.Edge.Fields;

/// <summary>Tokens (RFC 9110 section 5.6.2): names of fields, methods and directives.</summary>
internal static class Tokens
{
    private static readonly SearchValues<char> Characters =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>True for one or more token characters and nothing else.</summary>
    public static bool IsToken(ReadOnlySpan<char> text) => !text.IsEmpty && !text.ContainsAnyExcept(Characters);
}
