namespace Sluice.Catalog.Videos;

/// <summary>What is wrong with a request to the catalog. A closed set: the API's error words (row U092).</summary>
public enum VideoFault
{
    /// <summary>The request cannot be understood.</summary>
    InvalidRequest,

    /// <summary>The user id is not a UUID.</summary>
    InvalidUserId,

    /// <summary>The title has no characters, or more than 255.</summary>
    InvalidTitle,

    /// <summary>The file name is none.</summary>
    InvalidFileName,

    /// <summary>The video id is not a UUID.</summary>
    InvalidVideoId,

    /// <summary>There is no such video.</summary>
    VideoNotFound,

    /// <summary>The video is READY or FAILED already.</summary>
    VideoAlreadyCompleted,

    /// <summary>The video is not in a state in which that can be done.</summary>
    VideoNotCompleted,
}
