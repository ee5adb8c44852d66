using System.Globalization;
using System.Text;

namespace Sluice.Edge.Transport;

/// <summary>Puts a head together.</summary>
internal ref struct HeadWriter(Span<byte> into)
{
    private readonly Span<byte> into = into;

    public int Length { get; private set; }

    public void Add(ReadOnlySpan<byte> text)
    {
        text.CopyTo(into[Length..]);
        Length += text.Length;
    }

    public void Add(ReadOnlySpan<char> text) => Length += Encoding.ASCII.GetBytes(text, into[Length..]);

    public void Add(long number)
    {
        number.TryFormat(into[Length..], out var written, default, CultureInfo.InvariantCulture);
        Length += written;
    }

    public void AddDate(DateTimeOffset now)
    {
        Add("Date: "u8);
        now.UtcDateTime.TryFormat(into[Length..], out var written, "r", CultureInfo.InvariantCulture);
        Length += written;
        Add("\r\n"u8);
    }
}
