namespace Sluice.Core.Flights;

/// <summary>What one chunk in a fill's hand has of <see cref="FillPlaces"/>; given back once the chunk is where it belongs.</summary>
internal sealed class FillShare(FillPlaces places)
{
    private bool hasPlace;
    private long noted;

    /// <summary>How many of the bytes that are left may be read at once. May wait.</summary>
    public async ValueTask<int> MayReadAsync(int left, CancellationToken cancellation)
    {
        hasPlace = hasPlace || await places.TakeAsync(cancellation);
        return hasPlace ? left : Math.Min(left, FillPlaces.PieceBytes);
    }

    /// <summary>Bytes were read.</summary>
    public void Note(int count)
    {
        if (hasPlace) return;
        noted += count;
        places.Note(count);
    }

    /// <summary>The chunk is in no fill's hand any more.</summary>
    public void Return()
    {
        places.Note(-noted);
        if (hasPlace) places.Return();
        (hasPlace, noted) = (false, 0);
    }
}
