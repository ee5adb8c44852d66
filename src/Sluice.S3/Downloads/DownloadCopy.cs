using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Sluice.S3.Downloads;

/// <summary>Puts a cached file where somebody wants it, with as little copying as the file system allows.</summary>
internal static partial class DownloadCopy
{
    private const nuint CloneFile = 0x40049409;

    /// <summary>Makes <paramref name="target"/> the same file.</summary>
    /// <param name="source">Where it is.</param>
    /// <param name="target">Where it is wanted; what is there is replaced at once.</param>
    /// <param name="isOurs">True when nobody else needs it where it is.</param>
    /// <exception cref="S3DownloadException">It cannot be written there.</exception>
    public static void Place(string source, string target, bool isOurs)
    {
        var beside = "";
        try
        {
            // As cp does: a link is written through.
            if (new FileInfo(target) is { LinkTarget: not null } link) target = link.ResolveLinkTarget(returnFinalTarget: true)!.FullName;
            var folder = Path.GetDirectoryName(target)!;
            Directory.CreateDirectory(folder);
            // A name of its own: the target's may be as long as names may be.
            beside = Path.Combine(folder, $"{Guid.NewGuid():N}.part");
            if (isOurs) File.Move(source, beside);
            else Share(source, beside);
            File.Move(beside, target, overwrite: true);
            // Where the target is a link to the same file already, renaming does nothing at all.
            File.Delete(beside);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException && (File.Exists(source) || File.Exists(beside)))
        {
            if (File.Exists(beside)) File.Delete(beside);
            throw new S3DownloadException(S3DownloadFailure.NoRoom, $"{target} cannot be written ({failure.Message.TrimEnd('.')}): check the folder's permissions and free space.", failure);
        }
    }

    /// <summary>Writes a file into a pipe or a device.</summary>
    /// <exception cref="S3DownloadException">It cannot be written there.</exception>
    public static void Write(FileStream source, string target)
    {
        try
        {
            using (source)
            using (var to = new FileStream(target, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, 0)) source.CopyTo(to);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new S3DownloadException(S3DownloadFailure.NoRoom, $"{target} cannot be written: {failure.Message}", failure);
        }
    }

    /// <summary>True when a file has this MD5.</summary>
    public static bool HasMd5(string path, byte[] md5)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1 << 17, FileOptions.SequentialScan);
        return CryptographicOperations.HashData(HashAlgorithmName.MD5, stream).AsSpan().SequenceEqual(md5);
    }

    // A clone shares blocks until one of both is written to: the best there is, where there is it (btrfs, XFS, bcachefs).
    // A link is the cached file under a second name; whoever writes to it writes to both, which the next hit finds out.
    private static void Share(string source, string target)
    {
        using (var from = new FileStream(source, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0))
        using (var to = new FileStream(target, FileMode.CreateNew, FileAccess.Write, FileShare.None, 0))
        {
            if (OperatingSystem.IsLinux() && Clone((int)to.SafeFileHandle.DangerousGetHandle(), CloneFile, (int)from.SafeFileHandle.DangerousGetHandle()) == 0) return;
            // A link has the cached file's rights too: who asks under another umask than who fetched gets a copy.
            if (OperatingSystem.IsWindows() || File.GetUnixFileMode(from.SafeFileHandle) != File.GetUnixFileMode(to.SafeFileHandle))
            {
                from.CopyTo(to);
                return;
            }
        }
        File.Delete(target);
        if (Link(source, target) != 0) File.Copy(source, target);
    }

    /// <summary>True for a pipe, a terminal or /dev/null, which is written to: a file in its place would break whoever else uses it.</summary>
    public static bool IsSpecial(string target)
    {
        const int Here = -100, Type = 1, ModeAt = 28, Bytes = 256;
        Span<byte> status = stackalloc byte[Bytes];
        if (!OperatingSystem.IsLinux() || Status(Here, target, 0, Type, status) != 0) return false;
        return (BinaryPrimitives.ReadUInt16LittleEndian(status[ModeAt..]) & 0xF000) is not (0x8000 or 0x4000);
    }

    /// <summary>Bytes of the disk that a file has taken; 0 where there is none. What was set aside for it is not in its length until it is written.</summary>
    public static long Taken(string path)
    {
        const int Here = -100, Blocks = 0x400, BlocksAt = 48, BlockBytes = 512, Bytes = 256;
        if (new FileInfo(path) is not { Exists: true, Length: var length }) return 0;
        if (!OperatingSystem.IsLinux()) return long.MaxValue;
        Span<byte> status = stackalloc byte[Bytes];
        // A file system that compresses takes less than the length.
        return Status(Here, path, 0, Blocks, status) == 0 ? Math.Max(length, BinaryPrimitives.ReadInt64LittleEndian(status[BlocksAt..]) * BlockBytes) : length;
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Status(int folder, string path, int flags, uint wanted, Span<byte> status);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Clone(int target, nuint request, int source);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string source, string target);
}
