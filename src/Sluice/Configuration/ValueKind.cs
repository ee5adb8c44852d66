namespace Sluice.Configuration;

/// <summary>A kind of value: how its text is read and written, and how it is explained to people and to editors.</summary>
/// <param name="Name">One word for the reference: "size", "duration".</param>
/// <param name="Advice">What to write, for error messages.</param>
/// <param name="Parse">Reads a text; false when it is not of this kind.</param>
/// <param name="Format">Writes a value so that <paramref name="Parse"/> reads it back.</param>
/// <param name="Schema">The JSON Schema of it, as JSON text.</param>
internal sealed record ValueKind<T>(string Name, string Advice, ValueKind<T>.Parser Parse, Func<T, string> Format, string Schema)
{
    /// <summary>The name in a sentence: "a size", "an address", "a list of texts".</summary>
    public string Noun => Name.StartsWith("one of", StringComparison.Ordinal) ? Name : Name == "texts" ? "a list of texts" : (Name[0] == 'a' ? "an " : "a ") + Name;

    /// <summary>The text that JSON null means; null where a value of this kind cannot be absent.</summary>
    public string? Null { get; init; }

    /// <summary>Says of a text what it must not have, without repeating it; null when that is not what is wrong.</summary>
    public Func<string, string?>? Refusal { get; init; }

    /// <summary>What is wrong with a text that <see cref="Parse"/> does not take.</summary>
    public string Problem(string text, bool secret = false) => Refusal?.Invoke(text) ?? (secret ? $"is not {Noun}" : $"\"{text}\" is not {Noun}");

    /// <summary>Reads a text.</summary>
    public delegate bool Parser(string text, out T value);
}
