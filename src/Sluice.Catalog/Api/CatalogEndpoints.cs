using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Sluice.Catalog.Videos;
using Sluice.Core.Storage;

namespace Sluice.Catalog.Api;

/// <summary>The videos API (rows U088 to U092).</summary>
public static class CatalogEndpoints
{
    /// <summary>Adds /v1/videos, and /v1/uploads where the program takes uploads itself. <paramref name="open"/> gives the catalog, which may be opened by the first request.</summary>
    public static void MapCatalog(this IEndpointRouteBuilder api, Func<CancellationToken, Task<VideoCatalog>> open)
    {
        Add(api.MapPost("/v1/videos", (HttpContext context, CancellationToken _) => AnswerAsync(context, open, CreateAsync)), "Makes a video, and answers where to PUT its file.").Produces<VideoAnswer>(201);
        Add(api.MapGet("/v1/videos", (HttpContext context, CancellationToken _) => AnswerAsync(context, open, ListAsync)), "Videos, newest first. Takes user_id, limit (1 to 100) and after.").Produces<VideoListAnswer>();
        Add(api.MapGet("/v1/videos/{id}", (HttpContext context, CancellationToken _) => AnswerAsync(context, open, GetAsync)), "A video, with the address to play it from once it is READY.").Produces<VideoAnswer>();
        Add(api.MapDelete("/v1/videos/{id}", (HttpContext context, CancellationToken _) => AnswerAsync(context, open, DeleteAsync)), "Deletes a video with all its files.").Produces(204);
        Add(api.MapPost("/v1/videos/{id}/process", (HttpContext context, CancellationToken _) => AnswerAsync(context, open, (c, catalog) => BeginAsync(c, catalog, catalog.Videos.ProcessAsync))), "Has an uploaded video transcoded. Asking again while it is under way changes nothing.").Produces(202);
        Add(api.MapPost("/v1/videos/{id}/reprocess", (HttpContext context, CancellationToken _) => AnswerAsync(context, open, (c, catalog) => BeginAsync(c, catalog, catalog.Videos.ReprocessAsync))), "Has a READY or FAILED video transcoded once more.").Produces(202);
        Add(api.MapPost("/v1/videos/{id}/cancel", (HttpContext context, CancellationToken _) => AnswerAsync(context, open, (c, catalog) => BeginAsync(c, catalog, catalog.Videos.CancelAsync))), "Gives up transcoding; the video becomes FAILED.").Produces(202);
        Add(api.MapPost("/v1/videos/{id}/upload-url", (HttpContext context, CancellationToken _) => AnswerAsync(context, open, UploadUrlAsync)), "A new upload URL, where the first one's time is over.").Produces<VideoAnswer>();
        Add(api.MapGet("/v1/videos/{id}/job", (HttpContext context, CancellationToken _) => AnswerAsync(context, open, JobAsync)), "How the transcoding goes: stage, share done, attempts, the last error.").Produces<JobAnswer>();
        api.MapPut("/v1/uploads/{id}", (HttpContext context, CancellationToken _) => AnswerAsync(context, open, UploadEndpoint.PutAsync, isUpload: true))
            .WithTags("videos").WithSummary("Takes a video's file. Only by a URL that the API gave.").Produces(200).Produces<ErrorAnswer>(403).Produces<ErrorAnswer>(409).Produces<ErrorAnswer>(413);
    }

    private static RouteHandlerBuilder Add(RouteHandlerBuilder endpoint, string summary) =>
        endpoint.WithTags("videos").WithSummary(summary).Produces<ErrorAnswer>(400).Produces<ErrorAnswer>(404).Produces<ErrorAnswer>(409).Produces<ErrorAnswer>(500);

    /// <summary>The id in the path.</summary>
    internal static Guid IdOf(HttpContext context) => Guid.TryParseExact((string?)context.Request.RouteValues["id"], "D", out var id)
        ? id
        : throw new VideoException(VideoFault.InvalidVideoId, "The video id must be a UUID.");

    private static async Task<IResult> AnswerAsync(HttpContext context, Func<CancellationToken, Task<VideoCatalog>> open, Func<HttpContext, VideoCatalog, Task<IResult>> serve, bool isUpload = false)
    {
        // An upload takes as long as its line is slow; anything else that takes long hangs on a database or a bucket (row U097).
        var (client, time) = (context.RequestAborted, (TimeProvider?)context.RequestServices.GetService(typeof(TimeProvider)) ?? TimeProvider.System);
        using var patience = isUpload ? new CancellationTokenSource() : new CancellationTokenSource(CatalogOptions.RequestPatience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(client, patience.Token);
        context.RequestAborted = either.Token;
        try
        {
            // What is wrong with the request itself needs no database.
            if (context.Request.RouteValues.ContainsKey("id")) IdOf(context);
            return await serve(context, await open(context.RequestAborted));
        }
        catch (VideoException e)
        {
            return CatalogAnswers.Refuse(e.Fault, e.Message);
        }
        catch (BadHttpRequestException e)
        {
            return CatalogAnswers.Error(e.StatusCode, e.StatusCode == StatusCodes.Status413PayloadTooLarge ? "too_large" : "invalid_request", e.Message);
        }
        catch (Exception e) when ((e is IOException or TimeoutException || (e is OperationCanceledException && patience.IsCancellationRequested)) && !client.IsCancellationRequested)
        {
            var logging = (ILoggerFactory?)context.RequestServices.GetService(typeof(ILoggerFactory));
            logging?.CreateLogger("Sluice.Catalog.Api").LogError("{Method} {Path} failed: {Reason}", context.Request.Method, context.Request.Path, patience.IsCancellationRequested ? $"it took longer than {CatalogOptions.RequestPatience.TotalSeconds:0} s" : e.Message);
            // Not a defect: it can be sent again once there is room.
            if (NoRoomException.IsFull(e)) return CatalogAnswers.Error(StatusCodes.Status507InsufficientStorage, "insufficient_storage", "There is no room for it on the server.");
            return CatalogAnswers.Error(StatusCodes.Status500InternalServerError, "internal_error", $"The request failed. The log has the reason under request {context.TraceIdentifier}.");
        }
        finally
        {
            context.RequestAborted = client;
        }
    }

    private static async Task<IResult> CreateAsync(HttpContext context, VideoCatalog catalog)
    {
        // A page of another site can post text without asking; JSON makes its browser ask first.
        if (!context.Request.HasJsonContentType()) throw new VideoException(VideoFault.InvalidRequest, "Send JSON, with Content-Type: application/json.");
        VideoBody? body;
        try
        {
            body = await context.Request.ReadFromJsonAsync(CatalogJson.Wire.VideoBody, context.RequestAborted);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The latter is text with half a character in it.
            throw new VideoException(VideoFault.InvalidRequest, "The body is not {\"user_id\": \"…\", \"title\": \"…\", \"file_name\": \"…\"}.");
        }
        if (body is null) throw new VideoException(VideoFault.InvalidRequest, "The body is empty.");
        var video = await catalog.Videos.CreateAsync(new NewVideo(body.UserId, body.Title, body.FileName), context.RequestAborted);
        Uri url;
        try
        {
            url = await catalog.Uploads.ForAsync(video, ApiOf(context), context.RequestAborted);
        }
        catch
        {
            // Nobody is told its id, and each further try would leave one more.
            await catalog.Videos.DeleteAsync(video.Id, CancellationToken.None);
            throw;
        }
        context.Response.Headers.Location = $"/v1/videos/{video.Id}";
        return TypedResults.Json(VideoAnswer.Of(video) with { UploadUrl = url, UpdatedAt = null }, CatalogJson.Wire.VideoAnswer, statusCode: StatusCodes.Status201Created);
    }

    private static async Task<IResult> ListAsync(HttpContext context, VideoCatalog catalog)
    {
        var query = context.Request.Query;
        Guid? user = null;
        if (query["user_id"].ToString() is { Length: > 0 } text) user = Guid.TryParseExact(text, "D", out var id) ? id : throw new VideoException(VideoFault.InvalidUserId, "user_id must be a UUID.");
        var limit = query["limit"].ToString() is { Length: > 0 } number ? int.TryParse(number, out var count) ? count : 0 : 50;
        var page = await catalog.Videos.ListAsync(new VideoQuery(user, limit, query["after"].ToString() is { Length: > 0 } after ? after : null), context.RequestAborted);
        return TypedResults.Json(new VideoListAnswer([.. page.Videos.Select(VideoAnswer.Of)], page.Next), CatalogJson.Wire.VideoListAnswer);
    }

    private static async Task<IResult> GetAsync(HttpContext context, VideoCatalog catalog) =>
        TypedResults.Json(VideoAnswer.Of(await catalog.Videos.GetAsync(IdOf(context), context.RequestAborted)), CatalogJson.Wire.VideoAnswer);

    private static async Task<IResult> DeleteAsync(HttpContext context, VideoCatalog catalog)
    {
        await catalog.Videos.DeleteAsync(IdOf(context), context.RequestAborted);
        catalog.Wake();
        return TypedResults.NoContent();
    }

    private static async Task<IResult> BeginAsync(HttpContext context, VideoCatalog catalog, Func<Guid, CancellationToken, Task<Video>> begin)
    {
        await begin(IdOf(context), context.RequestAborted);
        catalog.Wake();
        return TypedResults.StatusCode(StatusCodes.Status202Accepted);
    }

    private static async Task<IResult> UploadUrlAsync(HttpContext context, VideoCatalog catalog)
    {
        var video = await catalog.Videos.GetAsync(IdOf(context), context.RequestAborted);
        if (video.Status is VideoStatus.Processing or VideoStatus.Ready) throw new VideoException(VideoFault.VideoAlreadyCompleted, $"The video is {VideoStatusText.Write(video.Status)}: make a new one for another file.");
        return TypedResults.Json(VideoAnswer.Of(video) with { UploadUrl = await catalog.Uploads.ForAsync(video, ApiOf(context), context.RequestAborted) }, CatalogJson.Wire.VideoAnswer);
    }

    private static async Task<IResult> JobAsync(HttpContext context, VideoCatalog catalog)
    {
        var id = IdOf(context);
        var job = await catalog.Store.FindJobAsync(id, context.RequestAborted)
            ?? throw new VideoException(VideoFault.VideoNotFound, $"Nothing was processed of a video {id} in the last seven days.");
        return TypedResults.Json(new JobAnswer(job.State, job.Attempt, job.Stage, Math.Round(job.Progress, 3), job.Error), CatalogJson.Wire.JobAnswer);
    }

    // A proxy that ends TLS says so. Whom it comes from does not matter: the address goes to nobody but who sent it.
    private static string ApiOf(HttpContext context) => $"{(context.Request.Headers["X-Forwarded-Proto"] == "https" ? "https" : context.Request.Scheme)}://{context.Request.Host}";
}
