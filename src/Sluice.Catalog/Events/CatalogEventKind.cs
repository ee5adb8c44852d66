namespace Sluice.Catalog.Events;

/// <summary>What happened to a video.</summary>
internal enum CatalogEventKind
{
    /// <summary>Its row changed.</summary>
    Changed,

    /// <summary>It became READY: its manifest is a new one.</summary>
    Published,

    /// <summary>It is gone; told once more when its files are.</summary>
    Deleted,
}
