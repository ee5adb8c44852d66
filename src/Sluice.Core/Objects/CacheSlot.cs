namespace Sluice.Core.Objects;

/// <summary>What is stored under one target: one object, or one for each Vary selection, the latest first.</summary>
public sealed class CacheSlot
{
    /// <summary>More selections than this of one target and the oldest goes: Vary must not be a way to fill the cache.</summary>
    internal const int MaximumSelections = 64;

    private CachedObject[] objects = [];

    internal Lock Gate { get; } = new();

    /// <summary>The objects now. The array is never changed, only replaced.</summary>
    public CachedObject[] Objects
    {
        get => Volatile.Read(ref objects);
        internal set => Volatile.Write(ref objects, value);
    }

    /// <summary>False while the index may have a row of this target that no object here was made of.</summary>
    internal bool IsWhole { get; set; }

    /// <summary>True once the slot has left its scope, so that nothing may be added to it.</summary>
    internal bool IsClosed { get; set; }
}
