using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Sluice.S3.Signing;

/// <summary>SHA-256 and HMAC-SHA-256 of short texts. OpenSSL's plain functions are used where it is there: the general ones behind <see cref="SHA256"/> take longer to set up than to hash a few hundred bytes.</summary>
internal static unsafe partial class Sha256
{
    /// <summary>Bytes of a hash.</summary>
    public const int Size = 32;

    private const int Block = 64;

    // SHA256_CTX of <openssl/sha.h>: eight words of state, two of length, a block, two counts. Unchanged since OpenSSL 0.9.8.
    [InlineArray(112)]
    internal struct State
    {
        private byte first;
    }

    private const string Library = "libcrypto.so.3";
    private static readonly delegate* unmanaged[SuppressGCTransition]<byte*, State*, int> Final;
    private static readonly State Empty;

    static Sha256()
    {
        if (!OperatingSystem.IsLinux() || !NativeLibrary.TryLoad(Library, out var library)) return;
        if (!NativeLibrary.TryGetExport(library, "SHA256_Init", out var init) || !NativeLibrary.TryGetExport(library, "SHA256_Update", out _)
            || !NativeLibrary.TryGetExport(library, "SHA256_Final", out var final)) return;
        fixed (State* empty = &Empty) ((delegate* unmanaged<State*, int>)init)(empty);
        Final = (delegate* unmanaged[SuppressGCTransition]<byte*, State*, int>)final;
    }

    /// <summary>SHA-256.</summary>
    public static void Hash(ReadOnlySpan<byte> text, Span<byte> hash)
    {
        if (Final is null)
        {
            SHA256.HashData(text, hash);
            return;
        }
        var state = Empty;
        Finish(&state, text, hash);
    }

    /// <summary>A key ready to sign with.</summary>
    internal sealed class Key
    {
        private readonly byte[] secret;
        private readonly State inner;
        private readonly State outer;

        /// <summary>A key of at most 64 bytes.</summary>
        public Key(byte[] secret)
        {
            this.secret = secret;
            ArgumentOutOfRangeException.ThrowIfGreaterThan(secret.Length, Block);
            if (Final is null) return;
            inner = Padded(secret, 0x36);
            outer = Padded(secret, 0x5c);
        }

        /// <summary>HMAC-SHA-256 (RFC 2104).</summary>
        public void Sign(ReadOnlySpan<byte> text, Span<byte> signature)
        {
            if (Final is null)
            {
                HMACSHA256.HashData(secret, text, signature);
                return;
            }
            Span<byte> hash = stackalloc byte[Size];
            var state = inner;
            Finish(&state, text, hash);
            state = outer;
            Finish(&state, hash, signature);
        }
    }

    // An ordinary import, first in each hash: only before such a call does the compiler clear the upper halves of the vector registers. Left dirty, they make OpenSSL's SSE code take three times as long.
    [LibraryImport(Library, EntryPoint = "SHA256_Update"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Update(State* state, byte* text, nuint length);

    private static State Padded(byte[] key, byte pad)
    {
        Span<byte> block = stackalloc byte[Block];
        block.Fill(pad);
        for (var i = 0; i < key.Length; i++) block[i] ^= key[i];
        var state = Empty;
        fixed (byte* bytes = block) _ = Update(&state, bytes, Block);
        return state;
    }

    private static void Finish(State* state, ReadOnlySpan<byte> text, Span<byte> hash)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(hash.Length, Size);
        fixed (byte* bytes = text) _ = Update(state, bytes, (nuint)text.Length);
        fixed (byte* result = hash) Final(result, state);
    }
}
