namespace S3Auth.Domain;

/// <summary>How clients upload to the store.</summary>
public enum UploadMethod
{
    /// <summary>POST forms with a policy. One grant is enough for any number of files in one folder.</summary>
    Post,

    /// <summary>Presigned PUTs, for stores without POST forms (Cloudflare R2). Each file needs its own grant.</summary>
    Put,
}
