using System.Globalization;

namespace Sluice.Edge.Origins;

/// <summary>What the kernel says about one file, as far as it tells one content from another.</summary>
/// <param name="Mode">Type and permission bits.</param>
/// <param name="Inode">Inode number.</param>
/// <param name="Length">Length in bytes.</param>
/// <param name="ModifiedSeconds">Seconds of the modification time since 1970.</param>
/// <param name="ModifiedNanoseconds">Its nanoseconds within the second.</param>
internal readonly record struct FileStatus(ushort Mode, ulong Inode, long Length, long ModifiedSeconds, uint ModifiedNanoseconds)
{
    private const int TypeMask = 0xF000;

    /// <summary>True for a plain file: not a folder, device, FIFO or socket.</summary>
    public bool IsFile => (Mode & TypeMask) == 0x8000;

    /// <summary>True for a folder.</summary>
    public bool IsFolder => (Mode & TypeMask) == 0x4000;

    /// <summary>Modification time to 100 ns, within the years that .NET has.</summary>
    public DateTimeOffset Modified => DateTimeOffset.FromUnixTimeSeconds(
        Math.Clamp(ModifiedSeconds, DateTimeOffset.MinValue.ToUnixTimeSeconds(), DateTimeOffset.MaxValue.ToUnixTimeSeconds())).AddTicks(ModifiedNanoseconds / 100);

    /// <summary>Modification time in nanoseconds since 1970; wraps for years beyond 2262, which is still a name for the moment.</summary>
    public long ModifiedAt => unchecked((ModifiedSeconds * 1_000_000_000) + ModifiedNanoseconds);

    /// <summary>Length, modification time and inode in hexadecimal: the part of the entity tag between its quotes.</summary>
    public string Tag => string.Create(CultureInfo.InvariantCulture, $"{Length:x}-{ModifiedAt:x}-{Inode:x}");
}
