using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Sluice.S3.Signing;

/// <summary>SHA-256 and HMAC-SHA-256 of short texts. OpenSSL's plain functions are used where it is there: the general ones behind <see cref="SHA256"/> take longer to set up than to hash a few hundred bytes.</summary>
internal static unsafe class Sha256
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

    private static readonly delegate* unmanaged[SuppressGCTransition]<State*, int> Init;
    private static readonly delegate* unmanaged[SuppressGCTransition]<State*, byte*, nuint, int> Update;
    private static readonly delegate* unmanaged[SuppressGCTransition]<byte*, State*, int> Final;

    static Sha256()
    {
        if (!OperatingSystem.IsLinux() || !NativeLibrary.TryLoad("libcrypto.so.3", out var library)) return;
        if (!NativeLibrary.TryGetExport(library, "SHA256_Init", out var init) || !NativeLibrary.TryGetExport(library, "SHA256_Update", out var update)
            || !NativeLibrary.TryGetExport(library, "SHA256_Final", out var final)) return;
        Update = (delegate* unmanaged[SuppressGCTransition]<State*, byte*, nuint, int>)update;
        Final = (delegate* unmanaged[SuppressGCTransition]<byte*, State*, int>)final;
        Init = (delegate* unmanaged[SuppressGCTransition]<State*, int>)init;
    }

    /// <summary>True when OpenSSL's functions are used.</summary>
    public static bool IsNative => Init is not null;

    /// <summary>SHA-256.</summary>
    public static void Hash(ReadOnlySpan<byte> text, Span<byte> hash)
    {
        if (Init is null)
        {
            SHA256.HashData(text, hash);
            return;
        }
        State state;
        Init(&state);
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
            if (Init is null) return;
            inner = Padded(secret, 0x36);
            outer = Padded(secret, 0x5c);
        }

        /// <summary>HMAC-SHA-256 (RFC 2104).</summary>
        public void Sign(ReadOnlySpan<byte> text, Span<byte> signature)
        {
            if (Init is null)
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

    private static State Padded(byte[] key, byte pad)
    {
        Span<byte> block = stackalloc byte[Block];
        block.Fill(pad);
        for (var i = 0; i < key.Length; i++) block[i] ^= key[i];
        State state;
        Init(&state);
        fixed (byte* bytes = block) Update(&state, bytes, Block);
        return state;
    }

    private static void Finish(State* state, ReadOnlySpan<byte> text, Span<byte> hash)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(hash.Length, Size);
        fixed (byte* bytes = text) Update(state, bytes, (nuint)text.Length);
        fixed (byte* result = hash) Final(result, state);
    }
}
