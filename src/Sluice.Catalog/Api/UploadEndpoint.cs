using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Sluice.Catalog.Videos;

namespace Sluice.Catalog.Api;

/// <summary>Takes a video's file where there is no bucket that would (row U088).</summary>
internal static class UploadEndpoint
{
    /// <summary>Answers PUT /v1/uploads/{id}.</summary>
    public static async Task<IResult> PutAsync(HttpContext context, VideoCatalog catalog)
    {
        var id = CatalogEndpoints.IdOf(context);
        var query = context.Request.Query;
        if (catalog.Tokens.Refuse(id, query["expires"], query["signature"]) is { } refusal) return CatalogAnswers.Error(StatusCodes.Status403Forbidden, "invalid_upload_url", refusal);
        if (catalog.Folder is not { } folder) return CatalogAnswers.Error(StatusCodes.Status403Forbidden, "invalid_upload_url", "Uploads go to the bucket.");
        // Whoever goes on with a broken upload would have its rest taken for the file (RFC 9110 section 14.5).
        if (context.Request.Headers.ContainsKey("Content-Range")) throw new VideoException(VideoFault.InvalidRequest, "A part of a file is not taken: send all of it, without Content-Range.");
        var video = await catalog.Videos.GetAsync(id, context.RequestAborted);
        KeepFile(video);
        var most = catalog.Options.MaximumUpload;
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;
        if (context.Request.ContentLength > most) throw BoundedBody.TooLarge();
        // The server's own least rate gives a body five seconds to begin, too few for one that is still being made, and takes what came at first for any silence after it:
        // of a phone that was out of reach the file would stay for months.
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate) rate.MinDataRate = null;
        await using var body = new BoundedBody(context.Request.BodyReader, most, catalog.Time);
        // Another upload may have been quicker, and be what is transcoded by now: renditions would be of one file and of the other.
        await folder.ReceiveAsync(video.OriginalKey, body, context.RequestAborted,
            async () => KeepFile(await catalog.Store.FindAsync(id, context.RequestAborted)));
        if (await catalog.Store.FindAsync(id, context.RequestAborted) is not null) return TypedResults.Ok();
        // Deleted meanwhile, and its files before this one came: nobody would ever delete it.
        await folder.DeleteAsync(video.OriginalKey, CancellationToken.None);
        throw new VideoException(VideoFault.VideoNotFound, $"The video {id} was deleted while it was uploaded.");
    }

    private static void KeepFile(Video? video)
    {
        if (video is { Status: VideoStatus.Processing or VideoStatus.Ready })
            throw new VideoException(VideoFault.VideoAlreadyCompleted, $"The video is {VideoStatusText.Write(video.Status)}; its file is not to be replaced.");
    }
}
