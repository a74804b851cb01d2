/// The example scripts of the language's description.
enum Examples {
  static let all: [(name: String, text: String)] = [
    (
      "01",
      #"""
      #!/usr/bin/env acrsh
      ## Promote one image from dev to prod.
      param image: string                    ## repository:tag, for example shop/api:1.4.2
      param --from: string = "contosodev"    ## registry to copy from
      param --to: string = "contosoprod"     ## registry to copy to

      acr login --name $to
      acr import --name $to --source $from.azurecr.io/$image --image $image
      print "promoted $image from $from to $to"
      """# + "\n"
    ),
    (
      "02",
      #"""
      #!/usr/bin/env acrsh
      ## Mirror pinned base images, then check that the digest that arrived is the one we pinned.
      param --to: string = "contosobase"
      let pins = open base-images.json       # [{source, repository, tag, digest}, …]

      for pin in $pins {
        acr import --name $to --force \
          --source ${pin.source}@${pin.digest} \
          --image ${pin.repository}:${pin.tag}

        let here = acr manifest list-metadata --registry $to --name ${pin.repository}
          | where .digest == $pin.digest
        if count($here) == 0 {
          throw "${pin.repository}: the pinned digest ${pin.digest} did not arrive in $to"
        }
      }
      """# + "\n"
    ),
    (
      "03",
      #"""
      #!/usr/bin/env acrsh
      ## Import every 1.x release tag of a repository that the target does not have yet.
      param repo: string
      param --from: string
      param --to: string
      param --range: string = ">=1.0.0 <2.0.0"

      let have = acr manifest list-metadata --registry $to --name $repo --allow-missing | get tags | flatten
      let want = acr manifest list-metadata --registry $from --name $repo
        | get tags | flatten
        | where semver-match($it, $range) and $it not in $have

      print "importing ${count($want)} tags of $repo"
      $want | par-each --jobs 4 { |tag|
        acr import --name $to --source $from.azurecr.io/$repo:$tag --image $repo:$tag
      }
      """# + "\n"
    ),
    (
      "04",
      #"""
      #!/usr/bin/env acrsh
      ## Which tags differ between two registries? Exit code 1 when any do.
      param left: string
      param right: string
      param --repos: list = ["shop/api", "shop/web"]

      def tags-of(registry, repo) {
        acr manifest list-metadata --registry $registry --name $repo --allow-missing
          | each { |m| $m.tags | each { |t| { repo: $repo, tag: $t, digest: $m.digest } } }
          | flatten
      }

      let diff = $repos
        | each { |repo| join-by tag (tags-of $left $repo) (tags-of $right $repo) --outer }
        | flatten
        | extend status = status-of(.left, .right)
        | where .status != "same"

      $diff | select repo tag status | sort-by repo tag
      if count($diff) > 0 { exit 1 }

      def status-of(l, r) {
        if $l == null { return "only in right" }
        if $r == null { return "only in left" }
        if $l.digest == $r.digest { return "same" }
        return "different digest"
      }
      """# + "\n"
    ),
    (
      "05",
      #"""
      #!/usr/bin/env acrsh
      ## Import a list of images; wait and try again when the registry says 429.
      param --to: string
      let images = open images.txt | lines

      for image in $images {
        retry --times 6 --on throttled --on network --wait 2s {
          acr import --name $to --source docker.io/library/$image --image $image
        }
      }
      """# + "\n"
    ),
    (
      "06",
      #"""
      #!/usr/bin/env acrsh
      ## Import from a registry in another Microsoft Entra tenant, with a token of that tenant.
      param image: string
      param --source-registry: string
      param --source-tenant: string
      param --to: string

      let token = account get-access-token --tenant $source_tenant | get accessToken   # a secret value
      acr login --name $to
      acr import --name $to \
        --source $source_registry.azurecr.io/$image \
        --image $image \
        --password $token                     # no --username with an access token
      """# + "\n"
    ),
    (
      "07",
      #"""
      #!/usr/bin/env acrsh
      ## Import release images and lock each one; report what could not be locked.
      param --to: string
      param --from: string
      param ...images

      let results = $images | par-each --jobs 3 --keep-going { |image|
        acr import --name $to --source $from.azurecr.io/$image --image $image
        acr repository update --name $to --image $image --write-enabled false --delete-enabled false
      }

      let failed = $results | where not .ok
      $results | extend kind = .error?.kind ?? "-" | select item ok kind
      if count($failed) > 0 {
        print --err "${count($failed)} of ${count($results)} images failed"
        exit 6
      }
      """# + "\n"
    ),
    (
      "08",
      #"""
      #!/usr/bin/env acrsh
      ## Report untagged manifests older than a month, largest first.
      param registry: string
      param repo: string
      param --older: duration = 30d

      let old = acr manifest list-metadata --registry $registry --name $repo
        | where count(.tags ?? []) == 0 and .lastUpdateTime < now() - $older
        | extend age = now() - .lastUpdateTime
        | sort-by imageSize --desc
        | select digest age imageSize

      $old
      print "${count($old)} untagged manifests hold ${human-size(sum($old, "imageSize"))}"
      """# + "\n"
    ),
    (
      "09",
      #"""
      #!/usr/bin/env acrsh
      ## Nightly mirror: reads mirror.json, imports what is missing, writes a JSON report.
      param --list: string = "mirror.json"
      param --to: string
      param --report: string = "mirror-report.json"

      let started = now()
      var rows = []
      try {
        $rows = open $list
          | par-each --jobs 4 --keep-going { |m|
              retry --times 4 --on throttled {
                acr import --name $to --source ${m.source} --image ${m.image} --force
              }
            }
      } catch e {
        print --err "mirror stopped: ${e.message} (request ${e.request_id ?? "unknown"})"
        throw $e
      } finally {
        { started: $started, ended: now(), rows: $rows } | to json | save $report
      }
      """# + "\n"
    ),
    (
      "10",
      #"""
      #!/usr/bin/env acrsh
      ## Mirror from a CSV file whose columns are source,image,user,secret_name.
      param file: string
      param --to: string

      for row in (open $file) {
        if ($row.user ?? "") == "" {
          acr import --name $to --source ${row.source} --image ${row.image}
        } else {
          let password = secret env ${row.secret_name}
          acr import --name $to --source ${row.source} --image ${row.image} \
            --username ${row.user} --password $password
        }
      }
      """# + "\n"
    ),
    (
      "11",
      #"""
      ## Shared helpers. Load them with: use "./11-library.acr" as lib

      ## The full reference of an image in an Azure registry.
      def ref(registry, image) {
        return "$registry.azurecr.io/$image"
      }

      ## Import unless the tag is already there. Returns true when it imported.
      def import-once(image, --from: string, --to: string, --force) {
        let parts = split($image, ":")
        let seen = acr manifest list-metadata --registry $to --name ${parts[0]} --allow-missing
          | where $parts[1] in .tags
        if count($seen) > 0 and not $force { return false }
        acr import --name $to --source (ref $from $image) --image $image
        return true
      }
      """# + "\n"
    ),
    (
      "12",
      #"""
      # A session at the prompt (each line is what a person types).
      acr login --name contosodev
      acr manifest list-metadata --registry contosodev --name shop/api
      acr manifest list-metadata --registry contosodev --name shop/api | first 5
      acr manifest list-metadata --registry contosodev --name shop/api | where .os == "linux" | count
      let m = acr manifest list-metadata --registry contosodev --name shop/api
      $m | group-by architecture | each { |g| { arch: $g.key, images: count($g.rows) } }
      $m[0].tags
      $m | where any(.tags, "v2*") | select tags digest | to json
      $m | sort-by imageSize --desc | first 3 | extend mb = .imageSize / 1MB
      help acr import
      """# + "\n"
    ),
    (
      "13",
      #"""
      az acr import \
        --name myregistry \
        --source docker.io/library/hello-world:latest \
        --image hello-world:latest

      az acr manifest list-metadata \
        --name hello-world \
        --registry myregistry

      az acr import \
         --name myregistry \
         --source docker.io/library/hello-world@sha256:abc123 \
         --repository hello-world

      az acr import \
        --name myregistry \
        --source aci-helloworld:latest \
        --image aci-helloworld:latest \
        --registry /subscriptions/aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e/resourceGroups/sourceResourceGroup/providers/Microsoft.ContainerRegistry/registries/mysourceregistry

      az login --identity --username 00000000-0000-0000-0000-000000000000
      az account get-access-token
      """# + "\n"
    ),
  ]
}
