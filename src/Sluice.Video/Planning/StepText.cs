using System.Globalization;
using System.Runtime.CompilerServices;

namespace Sluice.Video.Planning;

/// <summary>Text of a step that costs nothing when no trace is wanted.</summary>
[InterpolatedStringHandler]
internal ref struct StepText
{
    private DefaultInterpolatedStringHandler text;
    private readonly bool wanted;

    public StepText(int literalLength, int formattedCount, PlanNotes notes, out bool isWanted)
    {
        wanted = isWanted = notes.IsTraced;
        if (isWanted) text = new DefaultInterpolatedStringHandler(literalLength, formattedCount, CultureInfo.InvariantCulture);
    }

    public void AppendLiteral(string value) => text.AppendLiteral(value);

    public void AppendFormatted<T>(T value) => text.AppendFormatted(value);

    public void AppendFormatted(ReadOnlySpan<char> value) => text.AppendFormatted(value);

    public override string ToString() => wanted ? text.ToStringAndClear() : "";
}
