using Microsoft.AspNetCore.Http;
using Sluice.Core.Origins;

namespace Sluice.Catalog.Api;

/// <summary>
/// A request's body that fails as too large when it goes on beyond a bound. The server's own bound would also stop reading what still comes,
/// and whoever is still sending would then often see a broken connection in place of the refusal.
/// </summary>
internal sealed class BoundedBody(Stream body, long most) : BodyStream
{
    private long left = most;

    public static BadHttpRequestException TooLarge() => new("The file is larger than uploads may be.", StatusCodes.Status413PayloadTooLarge);

    /// <exception cref="BadHttpRequestException">It is larger.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await body.ReadAsync(buffer, cancellationToken);
        if ((left -= count) < 0) throw TooLarge();
        return count;
    }
}
