"""Maps drawn on the server from committed outlines: a province by city, a city by county, and where a case lies.

Outlines are GeoJSON (EPSG:4490, read as longitude and latitude), joined by `adcode`; see cases/data/maps/SOURCE.md.
"""

from cases.web.show.maps.drawing import Area, Map, approval, region_map
from cases.web.show.maps.locating import locator

__all__ = ["Area", "Map", "approval", "locator", "region_map"]
