namespace Sluice.Video.Responsive;

/// <summary>The size chosen for a device.</summary>
/// <param name="Derivative">The derivative that has it; null where none does.</param>
/// <param name="Width">Pixels, where there is no derivative.</param>
/// <param name="Height">Pixels, where there is no derivative.</param>
/// <param name="Network">The connection, as far as it is known.</param>
/// <param name="Vary">Request fields that had a say, or would have; null for none.</param>
internal sealed record ResponsiveResult(string? Derivative, int Width, int Height, NetworkClass? Network, string? Vary);
