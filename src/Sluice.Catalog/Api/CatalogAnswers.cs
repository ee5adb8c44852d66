using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Sluice.Catalog.Videos;

namespace Sluice.Catalog.Api;

/// <summary>Refusals as the API spells them (row U092).</summary>
internal static class CatalogAnswers
{
    /// <summary>Status and word of a fault.</summary>
    public static JsonHttpResult<ErrorAnswer> Refuse(VideoFault fault, string message) => fault switch
    {
        VideoFault.InvalidRequest => Error(StatusCodes.Status400BadRequest, "invalid_request", message),
        VideoFault.InvalidUserId => Error(StatusCodes.Status400BadRequest, "invalid_user_id", message),
        VideoFault.InvalidTitle => Error(StatusCodes.Status400BadRequest, "invalid_title", message),
        VideoFault.InvalidFileName => Error(StatusCodes.Status400BadRequest, "invalid_file_name", message),
        VideoFault.InvalidVideoId => Error(StatusCodes.Status400BadRequest, "invalid_video_id", message),
        VideoFault.VideoNotFound => Error(StatusCodes.Status404NotFound, "video_not_found", message),
        VideoFault.VideoAlreadyCompleted => Error(StatusCodes.Status409Conflict, "video_already_completed", message),
        VideoFault.VideoNotCompleted => Error(StatusCodes.Status409Conflict, "video_not_completed", message),
        _ => throw new ArgumentOutOfRangeException(nameof(fault)),
    };

    /// <summary>A refusal with any status.</summary>
    public static JsonHttpResult<ErrorAnswer> Error(int status, string error, string message) => TypedResults.Json(new ErrorAnswer(error, message), CatalogJson.Wire.ErrorAnswer, statusCode: status);
}
