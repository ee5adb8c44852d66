namespace Sluice.Catalog.Storage;

/// <summary>A piece of a statement that is ours, not a value.</summary>
internal sealed record SqlText(string Text);
