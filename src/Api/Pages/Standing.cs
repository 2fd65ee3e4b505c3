namespace S3Auth.Api.Pages;

/// <summary>How something stands.</summary>
public enum Standing
{
    /// <summary>As it should.</summary>
    Good,

    /// <summary>Somebody should look at it.</summary>
    Bad,

    /// <summary>There is no such thing here.</summary>
    Off,
}
