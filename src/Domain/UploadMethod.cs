namespace S3Auth.Domain;

/// <summary>How files reach a store: what it can take from a client that holds none of its keys.</summary>
public enum UploadMethod
{
    /// <summary>POST forms with a policy: one grant takes any number of files below a folder.</summary>
    Post,

    /// <summary>Presigned PUT only (Cloudflare R2): each file needs a grant of its own.</summary>
    Put,
}
