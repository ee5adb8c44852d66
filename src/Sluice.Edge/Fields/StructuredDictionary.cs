using System.Buffers;

namespace Sluice.Edge.Fields;

/// <summary>Reads a structured-field dictionary member by member, strictly and without allocating (RFC 8941 section 4.2.2). Parameters are checked and skipped.</summary>
/// <remarks>
/// Nothing read is to be used unless <see cref="Failed"/> is false at the end: a field that fails is to be ignored whole. A repeated key replaces the earlier one,
/// which is up to the caller. Dates and display strings of RFC 9651 are not part of RFC 8941 and fail.
/// </remarks>
internal ref struct StructuredDictionary
{
    private static readonly SearchValues<char> DigitCharacters = SearchValues.Create("0123456789");
    private static readonly SearchValues<char> KeyCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_-.*");
    private static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create(":/!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
    private static readonly SearchValues<char> BytesCharacters =
        SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz+/=");

    private ReadOnlySpan<char> rest;
    private bool started;

    /// <summary>A dictionary from its lines joined by commas.</summary>
    public StructuredDictionary(ReadOnlySpan<char> text) => rest = text.Trim(' ');

    /// <summary>True once the text has turned out not to be a dictionary.</summary>
    public bool Failed { get; private set; }

    /// <summary>The member's key.</summary>
    public ReadOnlySpan<char> Key { get; private set; }

    /// <summary>The type of the member's value.</summary>
    public StructuredKind Kind { get; private set; }

    /// <summary>The value as written, without the marks around it: of a string the part between the quotes, escapes included; of a boolean 1 or 0.</summary>
    public ReadOnlySpan<char> Value { get; private set; }

    /// <summary>The value of an integer; 1 or 0 for a boolean.</summary>
    public long Number { get; private set; }

    /// <summary>Goes to the next member; false at the end or on failure.</summary>
    public bool MoveNext()
    {
        if (Failed || rest.IsEmpty) return false;
        if (started)
        {
            if (rest[0] != ',') return Fail();
            rest = rest[1..].TrimStart(" \t");
            if (rest.IsEmpty) return Fail();
        }
        started = true;
        if (!TakeKey(out var key)) return Fail();
        Key = key;
        if (Take('='))
        {
            if (!(Peek == '(' ? TakeInnerList() : TakeItem())) return Fail();
        }
        else
        {
            (Kind, Number) = (StructuredKind.Boolean, 1);
            Value = "1";
            if (!SkipParameters()) return Fail();
        }
        rest = rest.TrimStart(" \t");
        return true;
    }

    private readonly char Peek => rest.IsEmpty ? '\0' : rest[0];

    private bool Fail()
    {
        Failed = true;
        return false;
    }

    private bool Take(char c)
    {
        if (Peek != c || rest.IsEmpty) return false;
        rest = rest[1..];
        return true;
    }

    private ReadOnlySpan<char> TakeRun(SearchValues<char> characters)
    {
        var end = rest.IndexOfAnyExcept(characters);
        var run = end < 0 ? rest : rest[..end];
        rest = rest[run.Length..];
        return run;
    }

    private bool TakeKey(out ReadOnlySpan<char> key)
    {
        key = default;
        if (!char.IsAsciiLetterLower(Peek) && Peek != '*') return false;
        key = TakeRun(KeyCharacters);
        return true;
    }

    private bool TakeItem()
    {
        if (!TakeBareItem(out var kind, out var value, out var number)) return false;
        (Kind, Number) = (kind, number);
        Value = value;
        return SkipParameters();
    }

    private bool TakeInnerList()
    {
        var start = rest;
        rest = rest[1..];
        while (true)
        {
            rest = rest.TrimStart(' ');
            if (Take(')')) break;
            if (!TakeBareItem(out _, out _, out _) || !SkipParameters() || Peek is not (' ' or ')')) return false;
        }
        Kind = StructuredKind.InnerList;
        Value = start[..(start.Length - rest.Length)];
        Number = 0;
        return SkipParameters();
    }

    private bool SkipParameters()
    {
        while (Take(';'))
        {
            rest = rest.TrimStart(' ');
            if (!TakeKey(out _)) return false;
            if (Take('=') && !TakeBareItem(out _, out _, out _)) return false;
        }
        return true;
    }

    private bool TakeBareItem(out StructuredKind kind, out ReadOnlySpan<char> value, out long number)
    {
        (kind, number) = (StructuredKind.Token, 0);
        value = default;
        var c = Peek;
        if (c == '-' || char.IsAsciiDigit(c)) return TakeNumber(out kind, out value, out number);
        if (c == '"') return TakeString(out kind, out value);
        if (c == '*' || char.IsAsciiLetter(c))
        {
            value = TakeRun(TokenCharacters);
            return true;
        }
        if (Take('?'))
        {
            if (Peek is not ('0' or '1')) return false;
            (kind, number) = (StructuredKind.Boolean, rest[0] - '0');
            value = rest[..1];
            rest = rest[1..];
            return true;
        }
        kind = StructuredKind.Bytes;
        if (!Take(':')) return false;
        value = TakeRun(BytesCharacters);
        return Take(':');
    }

    private bool TakeNumber(out StructuredKind kind, out ReadOnlySpan<char> value, out long number)
    {
        (kind, number) = (StructuredKind.Integer, 0);
        var start = rest;
        var negative = Take('-');
        var digits = TakeRun(DigitCharacters);
        var length = digits.Length;
        if (Take('.'))
        {
            kind = StructuredKind.Decimal;
            var fraction = TakeRun(DigitCharacters);
            if (digits.Length > 12 || fraction.Length is 0 or > 3) length = 0;
        }
        value = start[..(start.Length - rest.Length)];
        if (length is 0 or > 15) return false;
        if (kind == StructuredKind.Integer && Digits.TryParse(digits, long.MaxValue, out number) && negative) number = -number;
        return true;
    }

    private bool TakeString(out StructuredKind kind, out ReadOnlySpan<char> value)
    {
        kind = StructuredKind.String;
        value = default;
        for (var i = 1; i < rest.Length; i++)
        {
            var c = rest[i];
            if (c is < ' ' or > '~') return false;
            if (c == '\\')
            {
                if (++i == rest.Length || rest[i] is not ('"' or '\\')) return false;
            }
            else if (c == '"')
            {
                value = rest[1..i];
                rest = rest[(i + 1)..];
                return true;
            }
        }
        return false;
    }
}
